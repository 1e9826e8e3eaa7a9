package dev.weir.db;

/**
 * How far a volume has come.
 *
 * <pre>
 *   CREATING ──► ONLINE ──► DELETING ──► (no row)
 *                  │ ▲
 *                  ▼ │
 *                MISSING
 * </pre>
 */
public enum VolumeState {
    /** Wanted; the engine may or may not have it yet. */
    CREATING,
    /** The engine has it. */
    ONLINE,
    /** To be deleted; the engine may or may not have it still. */
    DELETING,
    /** The pool was opened and did not have it. */
    MISSING
}

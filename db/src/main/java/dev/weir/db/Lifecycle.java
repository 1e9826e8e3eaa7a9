package dev.weir.db;

/**
 * How far a pool or a device has come. A row is written as {@link #CREATING} before the engine is
 * asked, and becomes {@link #ONLINE} when the engine has it; so that a crash in between is found
 * and finished.
 */
public enum Lifecycle {
    CREATING,
    ONLINE
}

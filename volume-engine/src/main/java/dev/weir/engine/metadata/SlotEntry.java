package dev.weir.engine.metadata;

/**
 * One entry of the slot table: which grain of which volume a slot holds.
 *
 * <pre>
 *  0  u32  volume number, 0 when the slot is free
 *  4  u32  0
 *  8  u64  grain number in the volume
 * </pre>
 */
final class SlotEntry {
    static final int BYTES = 16;
    static final int VOLUME = 0;
    static final int GRAIN = 8;

    private SlotEntry() {}
}

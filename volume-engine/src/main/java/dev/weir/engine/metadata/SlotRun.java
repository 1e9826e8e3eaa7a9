package dev.weir.engine.metadata;

/**
 * Neighbouring slots of one extent and what they hold from now on: neighbouring grains of one
 * volume, or nothing.
 *
 * @param extent number of the extent in the pool
 * @param slot first slot
 * @param count slots
 * @param volume number of the volume, or {@link #FREE}
 * @param grain grain in the first slot; 0 when free
 */
public record SlotRun(int extent, int slot, int count, int volume, long grain) {
    public static final int FREE = 0;

    /** The same slots, holding nothing. */
    public static SlotRun freed(int extent, int slot, int count) {
        return new SlotRun(extent, slot, count, FREE, 0);
    }
}

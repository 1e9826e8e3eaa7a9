package dev.weir.controller.pool;

import dev.weir.engine.Pool;

/**
 * How far a pool is used up, and whether that is too far.
 *
 * <pre>
 *             80 %                      all
 *   ROOMY ---------> FILLING ---------------> FULL
 *     ^                | ^                      |
 *     +----------------+ +----------------------+
 *       below 75 %          below 95 %
 * </pre>
 *
 * @param extentBytes what volumes take space in
 * @param usedBytes held by volumes, in whole extents; there may still be room inside of them
 */
public record PoolFill(long extentBytes, long totalBytes, long usedBytes) {
    /**
     * Of a pool that is used up, in percent: from here on people are told. It leaves a fifth to
     * grow into while somebody adds a device, as is usual for thin pools and copy-on-write stores.
     */
    public static final int SOFT_THRESHOLD_PERCENT = 80;

    /**
     * How far below a level the fill must fall to leave it, so that a pool about which volumes
     * write and trim does not cry again and again.
     */
    static final int HYSTERESIS_PERCENT = 5;

    /** How much of it is left. */
    public enum Level {
        ROOMY,
        /** The soft threshold is reached. */
        FILLING,
        /** No volume gets another extent. */
        FULL
    }

    public static PoolFill of(Pool pool) {
        var usage = pool.usage();
        return new PoolFill(pool.spec().extentBytes(), usage.totalBytes(), usage.allocatedBytes());
    }

    public long freeBytes() {
        return Math.max(0, totalBytes - usedBytes);
    }

    /** In whole extents. */
    public long softThresholdBytes() {
        return atPercent(SOFT_THRESHOLD_PERCENT);
    }

    public int usedPercent() {
        return totalBytes == 0 ? 0 : (int) Math.min(100, usedBytes / (totalBytes / 100.0));
    }

    /** The level now, coming from another. A pool without any space has nothing to fill. */
    public Level from(Level before) {
        if (totalBytes == 0) {
            return Level.ROOMY;
        }
        if (usedBytes >= downTo(100, before == Level.FULL)) {
            return Level.FULL;
        }
        return usedBytes >= downTo(SOFT_THRESHOLD_PERCENT, before != Level.ROOMY)
                ? Level.FILLING
                : Level.ROOMY;
    }

    private long downTo(int percent, boolean reachedBefore) {
        return atPercent(reachedBefore ? percent - HYSTERESIS_PERCENT : percent);
    }

    private long atPercent(int percent) {
        // Extents first: a product of bytes might not fit.
        long extents = totalBytes / extentBytes;
        return (extents * percent + 99) / 100 * extentBytes;
    }
}

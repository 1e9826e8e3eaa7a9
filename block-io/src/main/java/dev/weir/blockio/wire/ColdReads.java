package dev.weir.blockio.wire;

/**
 * Guesses whether the next read will wait for the disk. A device cannot say so beforehand (a page
 * of a mapped file is there or not), but cold reads come in series: after one that took long, the
 * next ones are expected to, until one is tried again. Owned by the connection's thread.
 */
public final class ColdReads {

    /** Longer than any copy in memory takes to get going, shorter than any disk. */
    private static final long SLOW_NANOS = 50_000;

    /** Copying is expected to do better than this. */
    private static final int SLOW_BYTES_PER_NANO = 2;

    private static final int SERIES = 64;

    private int left;

    /** Whether the next read is expected to wait; counts as one read of the series. */
    public boolean expected() {
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    /** Learns how long a read took that was done without asking workers. */
    public void done(int length, long nanos) {
        left = nanos > SLOW_NANOS + length / SLOW_BYTES_PER_NANO ? SERIES : 0;
    }
}

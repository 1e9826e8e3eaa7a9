package dev.weir.blockio.iscsi;

/**
 * Tells whether a client is still there. Thread-safe: heard by one thread, looked at by another.
 */
final class Liveness {

    /** What to make of the silence so far. */
    enum Sign {
        ALIVE,
        /** It is to be asked; said once for each silence. */
        SILENT,
        DEAD
    }

    private final long intervalNanos;
    private final long timeoutNanos;
    private volatile long heardAtNanos = System.nanoTime();
    private volatile boolean asked;
    private volatile boolean listening;

    /**
     * @param intervalNanos silence before a client is asked
     * @param timeoutNanos silence after that
     */
    Liveness(long intervalNanos, long timeoutNanos) {
        this.intervalNanos = intervalNanos;
        this.timeoutNanos = timeoutNanos;
    }

    /** From here on silence is the client's, not ours. */
    void listens() {
        heard();
        listening = true;
    }

    void heard() {
        listening = false;
        heardAtNanos = System.nanoTime();
        asked = false;
    }

    boolean isListening() {
        return listening;
    }

    Sign at(long nanoTime) {
        long silence = nanoTime - heardAtNanos;
        if (!listening || silence <= intervalNanos) {
            return Sign.ALIVE;
        }
        if (silence > intervalNanos + timeoutNanos) {
            return Sign.DEAD;
        }
        if (asked) {
            return Sign.ALIVE;
        }
        asked = true;
        return Sign.SILENT;
    }
}

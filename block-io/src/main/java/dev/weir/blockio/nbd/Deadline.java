package dev.weir.blockio.nbd;

/** A point in time by which a connection's thread must be past what it waits for, or none. */
final class Deadline {
    private static final long NONE = 0;

    private volatile long nanoTime = NONE;

    void in(long nanos) {
        long at = System.nanoTime() + nanos;
        nanoTime = at == NONE ? at + 1 : at;
    }

    void none() {
        nanoTime = NONE;
    }

    boolean passed() {
        long at = nanoTime;
        return at != NONE && System.nanoTime() - at > 0;
    }
}

package dev.weir.blockio.wire;

/** A point in time by which a connection's thread must be past what it waits for, or none. */
public final class Deadline {
    private static final long NONE = 0;

    private volatile long nanoTime = NONE;

    public void in(long nanos) {
        long at = System.nanoTime() + nanos;
        nanoTime = at == NONE ? at + 1 : at;
    }

    public void none() {
        nanoTime = NONE;
    }

    public boolean passed() {
        long at = nanoTime;
        return at != NONE && System.nanoTime() - at > 0;
    }
}

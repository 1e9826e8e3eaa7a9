package dev.weir.engine.thin;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells when everybody who could have seen a mapping is done with it, without a lock for those who
 * read mappings.
 *
 * <p>Readers count themselves in and out of the current phase, spread over stripes so that they do
 * not share cache lines. Whoever has unlinked something advances the phase twice, each time waiting
 * until nobody is left in the one before: twice, because a reader may fetch the phase, pause, and
 * count itself into one that has passed.
 */
final class GracePeriod {
    private static final int STRIPES = 16;

    /** Longs between two counters: two cache lines, as neighbouring lines are fetched together. */
    private static final int SPACING = 16;

    /** Readers stay for microseconds, or for as long as a disk takes. */
    private static final long POLL_NANOS = 20_000;

    private final AtomicLongArray inside = new AtomicLongArray(2 * STRIPES * SPACING);
    private volatile int phase;

    /**
     * Enters; the result is handed to {@link #exit} by the same thread. Must not wait for a lock
     * until then.
     */
    int enter() {
        int stripe = (int) Thread.currentThread().threadId() & STRIPES - 1;
        int ticket = ((phase & 1) * STRIPES + stripe) * SPACING;
        inside.getAndIncrement(ticket);
        return ticket;
    }

    void exit(int ticket) {
        inside.getAndDecrement(ticket);
    }

    /** Returns when everybody has left who had entered before this call. */
    synchronized void await() {
        VarHandle.fullFence();
        for (int i = 0; i < 2; i++) {
            int leaving = phase & 1;
            phase++;
            while (occupied(leaving)) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    private boolean occupied(int phaseBit) {
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            if (inside.get((phaseBit * STRIPES + stripe) * SPACING) != 0) {
                return true;
            }
        }
        return false;
    }
}

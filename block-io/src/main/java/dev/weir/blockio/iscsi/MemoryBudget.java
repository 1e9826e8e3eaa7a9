package dev.weir.blockio.iscsi;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The memory that data of commands may take, over all clients of a server. Each session has a
 * {@link Share} with a limit of its own, and sessions that wait get their turns one after the
 * other: however much one of them asks for, the others are served.
 *
 * <p>Data that the target asks for waits for its turn, in the order of its session; data that comes
 * unasked is let in or not, and has a part kept for it that the other kind does not get.
 * Thread-safe: everything is guarded by the budget.
 */
final class MemoryBudget {

    /** Of the whole, what may be taken by data that can wait: three quarters. */
    private static final int WAITING_SHARE_DIVISOR = 4;

    private final long maxBytes;
    private final long maxWaitingBytes;
    private final long maxShareBytes;
    private final Executor errands;

    /** Shares whose own limit lets them take what they wait for; each at most once. */
    private final ArrayDeque<Share> turns = new ArrayDeque<>();

    private long takenBytes;

    /**
     * Makes a budget that nothing is taken of.
     *
     * @param maxShareBytes what one session may take
     * @param errands runs what waited for memory
     */
    MemoryBudget(long maxBytes, long maxShareBytes, Executor errands) {
        this.maxBytes = maxBytes;
        this.maxWaitingBytes = maxBytes - maxBytes / WAITING_SHARE_DIVISOR;
        this.maxShareBytes = maxShareBytes;
        this.errands = errands;
    }

    /**
     * Somebody who wants memory, and waits for it unless {@link Share#take} says otherwise.
     *
     * @param granted runs on another thread once the memory is taken
     */
    record Request(long bytes, Runnable granted) {}

    Share share() {
        return new Share();
    }

    synchronized long takenBytes() {
        return takenBytes;
    }

    /** What one session takes, and what it waits for. */
    final class Share {
        private final ArrayDeque<Request> waiting = new ArrayDeque<>();
        private long heldBytes;
        private boolean hasTurn;

        private Share() {}

        /** Takes memory for data that is there already; false if there is none. */
        boolean tryTake(long bytes) {
            synchronized (MemoryBudget.this) {
                if (takenBytes > maxBytes - bytes || !allows(bytes)) {
                    return false;
                }
                add(bytes);
                return true;
            }
        }

        /** Takes memory for data that can wait; returns whether it is taken at once. */
        boolean take(Request request) {
            synchronized (MemoryBudget.this) {
                boolean first = waiting.isEmpty() && turns.isEmpty();
                if (first && allows(request.bytes()) && fits(request.bytes())) {
                    add(request.bytes());
                    return true;
                }
                waiting.add(request);
                giveTurns();
                return false;
            }
        }

        /** Waits no longer; does nothing if the memory is taken already. */
        void cancel(Request request) {
            synchronized (MemoryBudget.this) {
                if (waiting.remove(request)) {
                    giveTurns();
                }
            }
        }

        void release(long bytes) {
            synchronized (MemoryBudget.this) {
                heldBytes -= bytes;
                takenBytes -= bytes;
                giveTurns();
            }
        }

        /** Gets in line, if there is something to wait for that its own limit allows. */
        private void giveTurns() {
            queue();
            while (!turns.isEmpty()) {
                Share next = turns.getFirst();
                Request request = next.allowedRequest();
                if (request != null && !fits(request.bytes())) {
                    // The others wait with it: a large one must not be passed over for ever.
                    return;
                }
                turns.removeFirst();
                next.hasTurn = false;
                if (request != null) {
                    next.waiting.removeFirst();
                    next.add(request.bytes());
                    errands.execute(request.granted());
                    next.queue();
                }
            }
        }

        private void queue() {
            if (!hasTurn && allowedRequest() != null) {
                hasTurn = true;
                turns.addLast(this);
            }
        }

        private @Nullable Request allowedRequest() {
            Request first = waiting.peekFirst();
            return first != null && allows(first.bytes()) ? first : null;
        }

        private boolean allows(long bytes) {
            return heldBytes == 0 || heldBytes <= maxShareBytes - bytes;
        }

        private void add(long bytes) {
            heldBytes += bytes;
            takenBytes += bytes;
        }
    }

    private boolean fits(long bytes) {
        // Alone it always fits: limits bound its size.
        return takenBytes == 0 || takenBytes <= maxWaitingBytes - bytes;
    }
}

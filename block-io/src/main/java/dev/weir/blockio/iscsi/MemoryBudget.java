package dev.weir.blockio.iscsi;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * The memory that data of commands may take, over all clients of a server. Data that the target
 * asks for waits for its turn, in order; data that comes unasked is let in or not, and has a part
 * kept for it that the other kind does not get. Thread-safe.
 */
final class MemoryBudget {

    /** Of the whole, what may be taken by data that can wait: three quarters. */
    private static final int WAITING_SHARE_DIVISOR = 4;

    private final long maxBytes;
    private final long maxWaitingBytes;
    private final Executor errands;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private long takenBytes;

    private record Request(long bytes, Runnable granted) {}

    /**
     * @param errands runs what waited for memory
     */
    MemoryBudget(long maxBytes, Executor errands) {
        this.maxBytes = maxBytes;
        this.maxWaitingBytes = maxBytes - maxBytes / WAITING_SHARE_DIVISOR;
        this.errands = errands;
    }

    /** Takes memory for data that is there already; false if there is none. */
    synchronized boolean tryTake(long bytes) {
        if (takenBytes > maxBytes - bytes) {
            return false;
        }
        takenBytes += bytes;
        return true;
    }

    /**
     * Takes memory for data that can wait.
     *
     * @param granted runs on another thread once the memory is taken, unless it is taken at once
     * @return whether it is taken at once
     */
    synchronized boolean take(long bytes, Runnable granted) {
        if (waiting.isEmpty() && fits(bytes)) {
            takenBytes += bytes;
            return true;
        }
        waiting.add(new Request(bytes, granted));
        return false;
    }

    synchronized void release(long bytes) {
        takenBytes -= bytes;
        while (!waiting.isEmpty() && fits(waiting.getFirst().bytes())) {
            Request next = waiting.removeFirst();
            takenBytes += next.bytes();
            errands.execute(next.granted());
        }
    }

    synchronized long takenBytes() {
        return takenBytes;
    }

    private boolean fits(long bytes) {
        // Alone it always fits: limits bound its size.
        return takenBytes == 0 || takenBytes <= maxWaitingBytes - bytes;
    }
}

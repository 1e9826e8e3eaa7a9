package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.ReplyQueue;
import dev.weir.blockio.wire.Traffic;
import dev.weir.blockio.wire.Workers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.function.Supplier;

/**
 * What the parts of one connection in its full feature phase share.
 *
 * @param memory what the session may take of that of the server
 * @param window of the session
 * @param abort ends the connection at once; from any thread
 */
record ConnectionServices(
        IscsiLimits limits,
        BufferPool pool,
        MemoryBudget.Share memory,
        CommandWindow window,
        ReplyQueue replies,
        Responses responses,
        TransferTags tags,
        Workers workers,
        Traffic traffic,
        Runnable abort) {

    /**
     * Lets the replies go, does something, and waits until no command runs on a worker any more:
     * what those have to send goes first. Called by the connection's thread in a batch.
     */
    <T> T quiesce(Supplier<T> action) throws IOException {
        replies.endBatch();
        try {
            T result = action.get();
            workers.awaitIdle();
            return result;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            replies.startBatch();
        }
    }

    static InterruptedIOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        InterruptedIOException e = new InterruptedIOException("interrupted while waiting");
        e.initCause(cause);
        return e;
    }
}

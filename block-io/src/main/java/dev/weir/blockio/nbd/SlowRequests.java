package dev.weir.blockio.nbd;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.blockio.wire.ReplyBuffer;
import dev.weir.blockio.wire.ReplyQueue;
import dev.weir.blockio.wire.Workers;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection that wait for the disk: each is carried out by one of its {@link
 * Workers} and answered when it is done. Where too many wait already, submitting one waits too, and
 * with it the client.
 *
 * <p>Used by the connection's thread, in the middle of a batch of replies.
 */
final class SlowRequests {
    private static final Logger log = LoggerFactory.getLogger(SlowRequests.class);

    private final ExportCommands.Session session;
    private final ReplyQueue replies;
    private final Workers workers;
    private final BufferPool pool;
    private final Runnable abort;

    /** What a worker does for one request. */
    @FunctionalInterface
    interface Work {
        void run(ExportCommands worker, ReplyBuffer out) throws IOException;
    }

    /**
     * @param abort ends the connection when it cannot be replied to
     */
    SlowRequests(
            ExportCommands.Session session,
            ReplyQueue replies,
            Workers workers,
            BufferPool pool,
            Runnable abort) {
        this.session = session;
        this.replies = replies;
        this.workers = workers;
        this.pool = pool;
        this.abort = abort;
    }

    /** Submits a request whose reply is small. */
    void submit(Work work) throws IOException {
        submit(BufferPool.SMALL_BYTES, work);
    }

    /** Submits a request whose reply needs this much room in one piece. */
    void submit(int replyBytes, Work work) throws IOException {
        reserve(replyBytes);
        start(replyBytes, replyBytes, work, () -> {});
    }

    /** Submits a durable write; its payload is copied, so that the caller may go on at once. */
    void write(long cookie, long offset, OffHeapMemory source, long sourceOffset, int length)
            throws IOException {
        int reserved = length + BufferPool.SMALL_BYTES;
        reserve(reserved);
        IoBuffer payload = pool.acquire(length);
        source.copyTo(sourceOffset, payload.memory(), 0, length);
        Work work =
                (worker, out) ->
                        worker.write(cookie, offset, payload.memory(), 0, length, true, out);
        start(reserved, BufferPool.SMALL_BYTES, work, () -> pool.release(payload));
    }

    boolean isBusy() {
        return workers.isBusy();
    }

    /** Waits until every request is done. */
    void awaitAll() throws IOException {
        try {
            workers.awaitIdle();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void reserve(int bytes) throws IOException {
        if (workers.tryReserve(bytes)) {
            return;
        }
        // The workers waited for need the replies' lock to finish.
        try {
            replies.endBatch();
            workers.reserve(bytes);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            replies.startBatch();
        }
    }

    private void start(int reserved, int replyBytes, Work work, Runnable afterwards) {
        Runnable finish =
                () -> {
                    afterwards.run();
                    workers.release(reserved);
                };
        try {
            workers.execute(() -> carryOut(replyBytes, work, finish));
        } catch (RuntimeException | Error e) {
            finish.run();
            throw e;
        }
    }

    private void carryOut(int replyBytes, Work work, Runnable finish) {
        ReplyBuffer out = new ReplyBuffer(pool, replyBytes, replies::send);
        try {
            work.run(new ExportCommands(session), out);
            out.drain();
        } catch (IOException _) {
            abort.run();
        } catch (RuntimeException | Error e) {
            log.error("Export {}: a request failed", session.export().name(), e);
            abort.run();
        } finally {
            out.release();
            finish.run();
        }
    }

    private static InterruptedIOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        InterruptedIOException e = new InterruptedIOException("interrupted among slow requests");
        e.initCause(cause);
        return e;
    }
}

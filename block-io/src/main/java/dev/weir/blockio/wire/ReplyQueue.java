package dev.weir.blockio.wire;

import dev.weir.blockio.memory.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The only writer to a client's socket. The connection's thread holds it while it works through a
 * batch of requests, so that all replies of the batch leave in one write; workers put their replies
 * in between two batches.
 *
 * <p>Whoever holds the lock leaves {@code pending} empty or leaves it to a thread that already
 * waits for the lock.
 */
public final class ReplyQueue {

    /** Replies are sent on when there are this many bytes of them, so that the client can start. */
    private static final int SEND_AT_BYTES = 64 << 10;

    /** Written at a time: what the client must read within one timeout. */
    private static final int WRITE_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final Deadline deadline;
    private final long timeoutNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReplyBuffer pending;

    public ReplyQueue(
            SocketChannel channel, Deadline deadline, long timeoutNanos, BufferPool pool) {
        this.channel = channel;
        this.deadline = deadline;
        this.timeoutNanos = timeoutNanos;
        this.pending = new ReplyBuffer(pool, BufferPool.LARGE_BYTES, this::write);
    }

    /** Starts a batch: from here to {@link #endBatch} the caller may use {@link #batch}. */
    public void startBatch() {
        lock.lock();
    }

    /** Where all batches are written; for encoders that are made outside of one. */
    public ReplyBuffer buffer() {
        return pending;
    }

    public ReplyBuffer batch() {
        assert lock.isHeldByCurrentThread();
        return pending;
    }

    /** Sends a batch in parts where it grows long. */
    public void sendLongBatch() throws IOException {
        if (pending.position() >= SEND_AT_BYTES) {
            pending.drain();
        }
    }

    public void endBatch() throws IOException {
        try {
            pending.drain();
        } finally {
            pending.release();
            lock.unlock();
        }
    }

    /** Starts a batch unless another thread is in the middle of one. */
    public boolean tryStartBatch() {
        return lock.tryLock();
    }

    /**
     * Ends a batch from another thread than the connection's; where a third one waits for its turn
     * it is left to that to send the replies.
     */
    public void leaveBatch() throws IOException {
        try {
            if (!lock.hasQueuedThreads()) {
                pending.drain();
                pending.release();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends a batch that was begun only to look at what it guards. */
    public void pauseBatch() {
        lock.unlock();
    }

    /** Ends a batch without sending anything, because the connection is gone. */
    public void abandonBatch() {
        pending.release();
        lock.unlock();
    }

    /** In a batch: sends its replies so far and, right behind them, bytes from elsewhere. */
    public void sendWith(ByteBuffer payload) throws IOException {
        ByteBuffer head = pending.takeContents();
        ByteBuffer[] both = {head, payload};
        while (head.hasRemaining() || payload.hasRemaining()) {
            deadline.in(timeoutNanos);
            try {
                channel.write(both);
            } finally {
                deadline.none();
            }
        }
        head.clear();
    }

    /** Sends finished replies from another thread than the connection's. */
    public void send(ByteBuffer replies) throws IOException {
        lock.lock();
        try {
            if (replies.remaining() > SEND_AT_BYTES) {
                pending.drain();
                write(replies);
                return;
            }
            pending.room(replies.remaining());
            int length = replies.remaining();
            pending.view().put(pending.position(), replies, replies.position(), length);
            pending.advance(length);
            if (!lock.hasQueuedThreads()) {
                pending.drain();
                pending.release();
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + WRITE_BYTES));
            deadline.in(timeoutNanos);
            try {
                channel.write(bytes);
            } finally {
                deadline.none();
            }
        }
    }
}

package dev.weir.blockio.wire;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.memory.IoBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Bytes received from a client and not consumed yet, always in one piece.
 *
 * <pre>
 *  0          position        limit         capacity
 *  | consumed | to be parsed  | room to receive |
 * </pre>
 *
 * Holds a small buffer while its connection is idle: a read that will block goes into that one, and
 * a large one is borrowed when the socket has more than it holds. Owned by the connection's thread.
 */
public final class ReceiveBuffer implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream socketInput;
    private final BufferPool pool;
    private final IoBuffer small;
    private IoBuffer current;
    private int position;
    private int limit;

    public ReceiveBuffer(SocketChannel channel, BufferPool pool) throws IOException {
        this.channel = channel;
        this.socketInput = channel.socket().getInputStream();
        this.pool = pool;
        this.small = pool.acquire(BufferPool.SMALL_BYTES);
        this.current = small;
    }

    public IoBuffer buffer() {
        return current;
    }

    public ByteBuffer view() {
        return current.view();
    }

    public int position() {
        return position;
    }

    public int buffered() {
        return limit - position;
    }

    public void consume(int bytes) {
        position += bytes;
        if (position == limit) {
            position = 0;
            limit = 0;
        }
    }

    /** Bytes that can be received without blocking. */
    public int waiting() throws IOException {
        return socketInput.available();
    }

    /** Makes sure that this many bytes, from {@link #position} on, can lie in one piece. */
    public void reserve(int bytes) {
        if (bytes > current.sizeBytes()) {
            moveTo(pool.acquire(Math.max(bytes, BufferPool.LARGE_BYTES)));
        } else if (bytes > current.sizeBytes() - position) {
            compact();
        }
    }

    /** Receives what the socket has, which is known to be this much, or all there is room for. */
    public int receive(int waiting) throws IOException {
        if (current == small && waiting > small.sizeBytes() - limit) {
            moveTo(pool.acquire(BufferPool.LARGE_BYTES));
        }
        return receive();
    }

    /**
     * Receives at least one byte of the {@code needed} ones that room was reserved for, waiting for
     * it; -1 at the end of the stream.
     */
    public int receiveBlocking(int needed) throws IOException {
        if (limit == 0 && needed <= BufferPool.SMALL_BYTES) {
            shrink();
        }
        return receive();
    }

    @Override
    public void close() {
        shrink();
        pool.release(small);
    }

    private int receive() throws IOException {
        int received = channel.read(current.view().limit(current.sizeBytes()).position(limit));
        current.view().clear();
        if (received > 0) {
            limit += received;
        }
        return received;
    }

    private void compact() {
        current.view().limit(limit).position(position).compact().clear();
        limit -= position;
        position = 0;
    }

    private void moveTo(IoBuffer larger) {
        IoBuffer former = current;
        former.memory().copyTo(position, larger.memory(), 0, buffered());
        limit -= position;
        position = 0;
        current = larger;
        if (former != small) {
            pool.release(former);
        }
    }

    private void shrink() {
        if (current != small) {
            pool.release(current);
            current = small;
        }
    }
}

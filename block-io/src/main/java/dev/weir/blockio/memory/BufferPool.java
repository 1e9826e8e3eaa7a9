package dev.weir.blockio.memory;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Lends {@link IoBuffer}s of two sizes, so that a connection holds a large one only while it has
 * use for it, and of any larger size for single requests. Keeps a bounded number of returned large
 * buffers and frees the rest. Shared by all threads of a server.
 */
public final class BufferPool implements AutoCloseable {

    /** What an idle connection holds: a request with a block of 4 KiB fits, and many reads do. */
    public static final int SMALL_BYTES = 8 << 10;

    /** What a busy connection holds for each direction. */
    public static final int LARGE_BYTES = 512 << 10;

    private static final int MAX_RETAINED = 128;
    private static final int PAGE_BYTES = 4096;

    private final ArrayDeque<IoBuffer> retained = new ArrayDeque<>();
    private boolean closed;

    /** Returns a buffer of at least this size; its contents are arbitrary. */
    public IoBuffer acquire(int atLeastBytes) {
        if (atLeastBytes <= SMALL_BYTES) {
            return new IoBuffer(SMALL_BYTES);
        }
        if (atLeastBytes > LARGE_BYTES) {
            return new IoBuffer(Math.addExact(atLeastBytes, PAGE_BYTES - 1) & -PAGE_BYTES);
        }
        IoBuffer kept = pollRetained();
        return kept != null ? kept : new IoBuffer(LARGE_BYTES);
    }

    public void release(IoBuffer buffer) {
        buffer.view().clear();
        if (buffer.sizeBytes() != LARGE_BYTES || !retain(buffer)) {
            buffer.free();
        }
    }

    /** Frees what was returned; buffers still lent are freed as they come back. */
    @Override
    public synchronized void close() {
        closed = true;
        retained.forEach(IoBuffer::free);
        retained.clear();
    }

    private synchronized @Nullable IoBuffer pollRetained() {
        return retained.pollFirst();
    }

    private synchronized boolean retain(IoBuffer buffer) {
        if (closed || retained.size() == MAX_RETAINED) {
            return false;
        }
        retained.addFirst(buffer);
        return true;
    }
}

package dev.weir.blockio.memory;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Lends {@link IoBuffer}s of three sizes, so that a connection holds a large one only while it has
 * use for it, and of any larger size for single requests. Keeps a bounded number of returned large
 * buffers and frees the rest. Shared by all threads of a server.
 */
public final class BufferPool implements AutoCloseable {

    /** What an idle connection holds: a request with a block of 4 KiB fits, and many reads do. */
    public static final int SMALL_BYTES = 8 << 10;

    /** What one command holds while its data comes in, or while it waits for a device. */
    public static final int MEDIUM_BYTES = 64 << 10;

    /** What a busy connection holds for each direction. */
    public static final int LARGE_BYTES = 512 << 10;

    private static final int MAX_RETAINED = 128;
    private static final int PAGE_BYTES = 4096;

    private final ArrayDeque<IoBuffer> medium = new ArrayDeque<>();
    private final ArrayDeque<IoBuffer> large = new ArrayDeque<>();
    private boolean closed;

    /** How many bytes a buffer has that {@link #acquire} returns for this request. */
    public static int sizeFor(int atLeastBytes) {
        if (atLeastBytes <= SMALL_BYTES) {
            return SMALL_BYTES;
        }
        if (atLeastBytes <= MEDIUM_BYTES) {
            return MEDIUM_BYTES;
        }
        return atLeastBytes <= LARGE_BYTES
                ? LARGE_BYTES
                : Math.addExact(atLeastBytes, PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    /** Returns a buffer of at least this size; its contents are arbitrary. */
    public IoBuffer acquire(int atLeastBytes) {
        int size = sizeFor(atLeastBytes);
        IoBuffer kept = pollRetained(size);
        return kept != null ? kept : new IoBuffer(size);
    }

    public void release(IoBuffer buffer) {
        buffer.view().clear();
        if (!retain(buffer)) {
            buffer.free();
        }
    }

    /** Frees what was returned; buffers still lent are freed as they come back. */
    @Override
    public synchronized void close() {
        closed = true;
        medium.forEach(IoBuffer::free);
        medium.clear();
        large.forEach(IoBuffer::free);
        large.clear();
    }

    private synchronized @Nullable IoBuffer pollRetained(int size) {
        ArrayDeque<IoBuffer> kept = retained(size);
        return kept == null ? null : kept.pollFirst();
    }

    private synchronized boolean retain(IoBuffer buffer) {
        ArrayDeque<IoBuffer> kept = retained(buffer.sizeBytes());
        if (closed || kept == null || kept.size() == MAX_RETAINED) {
            return false;
        }
        kept.addFirst(buffer);
        return true;
    }

    private @Nullable ArrayDeque<IoBuffer> retained(int size) {
        return switch (size) {
            case MEDIUM_BYTES -> medium;
            case LARGE_BYTES -> large;
            default -> null;
        };
    }
}

package dev.weir.blockio.wire;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.memory.OffHeapMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Replies on their way to the socket. An encoder asks for {@link #room}, writes at {@link
 * #position}, and counts what it wrote as part of the replies with {@link #advance}; what it leaves
 * uncounted was never there. Holds memory only while there is something in it. Owned by one thread
 * at a time.
 */
public final class ReplyBuffer {

    /** Takes the contents to where they are going. */
    public interface Outlet {
        void drain(ByteBuffer contents) throws IOException;
    }

    private final BufferPool pool;
    private final int capacity;
    private final Outlet outlet;
    private @Nullable IoBuffer buffer;
    private int position;

    public ReplyBuffer(BufferPool pool, int capacity, Outlet outlet) {
        this.pool = pool;
        this.capacity = capacity;
        this.outlet = outlet;
    }

    public int capacity() {
        return capacity;
    }

    public int position() {
        return position;
    }

    public boolean isEmpty() {
        return position == 0;
    }

    /** Drains if fewer than this many bytes are free; at most {@link #capacity}. */
    public void room(int bytes) throws IOException {
        if (bytes > capacity) {
            throw new IllegalArgumentException(bytes + " bytes never fit into " + capacity);
        }
        if (bytes > capacity - position) {
            drain();
        }
        if (buffer == null) {
            buffer = pool.acquire(capacity);
        }
    }

    public ByteBuffer view() {
        return held().view();
    }

    public OffHeapMemory memory() {
        return held().memory();
    }

    public void advance(int bytes) {
        position += bytes;
    }

    public void drain() throws IOException {
        if (position > 0) {
            ByteBuffer contents = held().view().limit(position).position(0);
            try {
                outlet.drain(contents);
            } finally {
                contents.clear();
                position = 0;
            }
        }
    }

    /**
     * The contents, for a caller that takes them to where they are going and then clears the view.
     */
    public ByteBuffer takeContents() {
        ByteBuffer contents = held().view().limit(position).position(0);
        position = 0;
        return contents;
    }

    /** Gives the memory back; what was not drained is lost. */
    public void release() {
        if (buffer != null) {
            pool.release(buffer);
            buffer = null;
            position = 0;
        }
    }

    private IoBuffer held() {
        if (buffer == null) {
            throw new IllegalStateException("no room was asked for");
        }
        return buffer;
    }
}

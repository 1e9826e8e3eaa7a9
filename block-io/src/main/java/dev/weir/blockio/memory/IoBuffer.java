package dev.weir.blockio.memory;

import java.nio.ByteBuffer;

/**
 * Off-heap memory with the one view of it that channels and codecs use; the view's position and
 * limit belong to whoever holds the buffer. Comes from a {@link BufferPool}.
 */
public final class IoBuffer {
    private final OffHeapMemory memory;
    private final ByteBuffer view;

    IoBuffer(int sizeBytes) {
        memory = OffHeapMemory.allocate(sizeBytes);
        view = memory.asByteBuffer(0, sizeBytes);
    }

    public OffHeapMemory memory() {
        return memory;
    }

    /** Big-endian, as everything on the wire is. */
    public ByteBuffer view() {
        return view;
    }

    public int sizeBytes() {
        return view.capacity();
    }

    void free() {
        memory.close();
    }
}

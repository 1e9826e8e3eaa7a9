package dev.weir.blockio.nbd;

import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;

/**
 * Off-heap memory with the one view of it that channels and codecs use; the view's position and
 * limit belong to whoever holds the buffer. Comes from a {@link BufferPool}.
 */
final class IoBuffer {
    private final OffHeapMemory memory;
    private final ByteBuffer view;

    IoBuffer(int sizeBytes) {
        memory = OffHeapMemory.allocate(sizeBytes);
        view = memory.asByteBuffer(0, sizeBytes);
    }

    OffHeapMemory memory() {
        return memory;
    }

    /** Big-endian, as everything on the wire is. */
    ByteBuffer view() {
        return view;
    }

    int sizeBytes() {
        return view.capacity();
    }

    void free() {
        memory.close();
    }
}

package dev.weir.blockio.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import org.jspecify.annotations.Nullable;

/**
 * A fixed run of off-heap bytes on a Chronicle {@link BytesStore}, in the byte order of the
 * machine.
 *
 * <p>Chronicle's stores check no bounds: an access past the end reads or damages whatever lies
 * there. Every access here is checked first, and a closed memory has size zero, so that a use after
 * close fails instead of touching freed memory. (A close that races with an access is not detected;
 * owners close only what nobody uses any more.)
 *
 * <p>Plain accesses from several threads have the usual races; the {@code Acquire}, {@code Release}
 * and {@code compareAndSet} forms order them. Accesses to a mapped file may end in {@link
 * InternalError} when the file fails below the mapping; only the device that made the mapping
 * handles that.
 */
public final class OffHeapMemory implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    private final PointerBytesStore store;
    private final long address;
    private final @Nullable BytesStore<?, Void> owned;
    private volatile long sizeBytes;

    private OffHeapMemory(long address, long sizeBytes, @Nullable BytesStore<?, Void> owned) {
        this.store = BytesStore.nativePointer();
        this.store.set(address, sizeBytes);
        this.address = address;
        this.owned = owned;
        this.sizeBytes = sizeBytes;
    }

    /** Allocates zeroed memory, aligned to a page, that lives until {@link #close}. */
    public static OffHeapMemory allocate(long sizeBytes) {
        if (sizeBytes <= 0) {
            throw new IllegalArgumentException("size " + sizeBytes + " is not positive");
        }
        // Chronicle aligns as malloc does; whole pages let the kernel copy faster and suit direct
        // I/O.
        BytesStore<?, Void> raw = BytesStore.nativeStoreWithFixedCapacity(sizeBytes + PAGE_BYTES);
        long start = raw.addressForRead(0);
        long aligned = (start + PAGE_BYTES - 1) & -PAGE_BYTES;
        OffHeapMemory memory = new OffHeapMemory(aligned, sizeBytes, raw);
        memory.zero(0, sizeBytes);
        return memory;
    }

    /** Wraps memory that somebody else owns and keeps alive for as long as the result is used. */
    public static OffHeapMemory over(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("not off-heap memory");
        }
        return new OffHeapMemory(segment.address(), segment.byteSize(), null);
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /** Copies bytes into {@code destination}; the two must not overlap. */
    public void copyTo(
            long offset, OffHeapMemory destination, long destinationOffset, long length) {
        check(offset, length);
        destination.check(destinationOffset, length);
        destination.store.nativeWrite(address + offset, destinationOffset, length);
    }

    /** Copies bytes out to an array. */
    public void copyTo(long offset, byte[] destination, int destinationOffset, int length) {
        check(offset, length);
        MemorySegment.copy(
                segment(offset, length),
                0,
                MemorySegment.ofArray(destination),
                destinationOffset,
                length);
    }

    /** Copies bytes in from an array. */
    public void copyFrom(byte[] source, int sourceOffset, long offset, int length) {
        check(offset, length);
        MemorySegment.copy(
                MemorySegment.ofArray(source), sourceOffset, segment(offset, length), 0, length);
    }

    public void zero(long offset, long length) {
        check(offset, length);
        store.zeroOut(offset, offset + length);
    }

    /** Whether every byte of the range is zero. */
    public boolean isZero(long offset, long length) {
        check(offset, length);
        long end = offset + length;
        long at = offset;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            if (store.readLong(at) != 0) {
                return false;
            }
        }
        for (; at < end; at++) {
            if (store.readByte(at) != 0) {
                return false;
            }
        }
        return true;
    }

    public byte getByte(long offset) {
        check(offset, Byte.BYTES);
        return store.readByte(offset);
    }

    public void setByte(long offset, byte value) {
        check(offset, Byte.BYTES);
        store.writeByte(offset, value);
    }

    public int getInt(long offset) {
        check(offset, Integer.BYTES);
        return store.readInt(offset);
    }

    public void setInt(long offset, int value) {
        check(offset, Integer.BYTES);
        store.writeInt(offset, value);
    }

    public long getLong(long offset) {
        check(offset, Long.BYTES);
        return store.readLong(offset);
    }

    public void setLong(long offset, long value) {
        check(offset, Long.BYTES);
        store.writeLong(offset, value);
    }

    /** Reads a long; what its writer did before {@link #setLongRelease} is visible afterwards. */
    public long getLongAcquire(long offset) {
        check(offset, Long.BYTES);
        return store.readVolatileLong(offset);
    }

    public void setLongRelease(long offset, long value) {
        check(offset, Long.BYTES);
        store.writeOrderedLong(offset, value);
    }

    public boolean compareAndSetLong(long offset, long expected, long value) {
        check(offset, Long.BYTES);
        return store.compareAndSwapLong(offset, expected, value);
    }

    /** The CRC32C (Castagnoli) of the range. */
    public int crc32c(long offset, long length) {
        CRC32C crc = new CRC32C();
        crc.update(asByteBuffer(offset, Math.toIntExact(length)));
        return (int) crc.getValue();
    }

    /**
     * A view of the range for channels, in big-endian order as fresh buffers are; valid until this
     * is closed.
     */
    public ByteBuffer asByteBuffer(long offset, int length) {
        check(offset, length);
        return segment(offset, length).asByteBuffer();
    }

    /** Frees owned memory; views made before must not be used any more. */
    @Override
    public void close() {
        sizeBytes = 0;
        BytesStore<?, Void> raw = owned;
        if (raw != null && raw.refCount() > 0) {
            raw.releaseLast();
        }
    }

    private MemorySegment segment(long offset, long length) {
        return MemorySegment.ofAddress(address + offset).reinterpret(length);
    }

    private void check(long offset, long length) {
        // One comparison for the common case; negative values turn into huge unsigned ones.
        long size = sizeBytes;
        if ((offset | length) < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + offset + " leave memory of " + size + " bytes");
        }
    }
}

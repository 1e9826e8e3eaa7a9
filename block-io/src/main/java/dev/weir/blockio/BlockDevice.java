package dev.weir.blockio;

import dev.weir.blockio.memory.OffHeapMemory;
import java.util.function.LongConsumer;

/**
 * A range of bytes that can be read, written, made durable and given back: the one seam of Weir.
 * Files and disks implement it below the volume engine, thin volumes implement it above, and the
 * export servers speak only this.
 *
 * <p>All offsets and lengths are bytes, and any alignment is accepted. A request that leaves {@code
 * [0, sizeBytes())} fails with {@link StorageFailure.OutOfRange} and has no effect. Requests may be
 * issued from any thread; requests that overlap in time and range have no defined order.
 *
 * <p><b>Durability.</b> A request that returned has survived the death of this process. Only a
 * later {@link #flush} that returned, or the flag {@code fua} on the request itself, promises that
 * it survives a loss of power. A flush covers every request that returned before the flush began,
 * whoever issued it.
 */
public interface BlockDevice extends AutoCloseable {

    /** The size seen by readers and writers right now; it may change while the device is open. */
    long sizeBytes();

    /** What this device can do; fixed while it is open. */
    Capabilities capabilities();

    /**
     * Copies {@code length} bytes at {@code offset} into {@code destination}. Never-written ranges
     * read as zeros.
     */
    void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException;

    /** Stores {@code length} bytes; with {@code fua} they are durable on return. */
    void write(long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException;

    /** Makes every request that returned before this call durable. */
    void flush() throws StorageException;

    /**
     * Says that the contents of the range are of no use any more. Afterwards it reads as zeros or,
     * where the device could not give back a part of it, as before; thin volumes always read zeros.
     */
    void trim(long offset, long length, boolean fua) throws StorageException;

    /** Makes the range read as zeros, in the manner of {@code mode}. */
    void zero(long offset, long length, ZeroMode mode, boolean fua) throws StorageException;

    /**
     * Describes the range as a sequence of adjacent runs, in order and without gaps. Stops early
     * when {@code visitor} has enough; an implementation may also stop early, but never before the
     * first run.
     */
    void blockStatus(long offset, long length, BlockStatusVisitor visitor) throws StorageException;

    /** Hints that the range will be read soon. Does nothing where there is nothing to gain. */
    default void cache(long offset, long length) throws StorageException {
        Ranges.check(offset, length, sizeBytes());
    }

    /**
     * Calls {@code listener} with the new size after each change, until the registration is closed.
     */
    default Registration onSizeChange(LongConsumer listener) {
        return () -> {};
    }

    @Override
    void close() throws StorageException;

    /** Ends a subscription; closing twice is harmless. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}

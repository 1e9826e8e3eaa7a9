package dev.weir.blockio.scsi;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.concurrent.locks.StampedLock;

/**
 * The logical blocks of one logical unit, and who may touch them when: reads and writes share them,
 * atomic commands have them alone. Every access first checks that its task still may: so after
 * {@link #drain} nothing that was aborted, or lost its reservation, touches a block any more.
 * Thread-safe; the lock is not reentrant.
 */
final class Medium {
    private final BlockDevice device;
    private final int blockShift;
    private final StampedLock lock = new StampedLock();

    Medium(BlockDevice device, int blockBytes) {
        this.device = device;
        this.blockShift = Integer.numberOfTrailingZeros(blockBytes);
    }

    BlockDevice device() {
        return device;
    }

    int blockBytes() {
        return 1 << blockShift;
    }

    /** Number of whole logical blocks right now. */
    long blocks() {
        return device.sizeBytes() >>> blockShift;
    }

    long toBytes(long blocks) {
        return blocks << blockShift;
    }

    long toBlocks(long bytes) {
        return bytes >>> blockShift;
    }

    /** Whether an access may still take place; asked with the lock held. */
    interface Admission {
        void requireCurrent() throws CommandTermination;
    }

    /** What is done to the blocks under the lock. */
    @FunctionalInterface
    interface Action {
        void run(BlockDevice blocks) throws CommandTermination, StorageException;
    }

    void read(Admission admission, long offset, OffHeapMemory to, long toOffset, long length)
            throws CommandTermination, StorageException {
        long stamp = lock.readLock();
        try {
            admission.requireCurrent();
            device.read(offset, to, toOffset, length);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    void write(
            Admission admission,
            long offset,
            OffHeapMemory from,
            long fromOffset,
            long length,
            boolean durable)
            throws CommandTermination, StorageException {
        long stamp = lock.readLock();
        try {
            admission.requireCurrent();
            device.write(offset, from, fromOffset, length, durable);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Runs the action beside other reads and writes. */
    void shared(Admission admission, Action action) throws CommandTermination, StorageException {
        long stamp = lock.readLock();
        try {
            admission.requireCurrent();
            action.run(device);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Runs the action while nobody else touches the medium. */
    void alone(Admission admission, Action action) throws CommandTermination, StorageException {
        long stamp = lock.writeLock();
        try {
            admission.requireCurrent();
            action.run(device);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Waits until everything that touches the medium now has ended. */
    void drain() {
        lock.unlockWrite(lock.writeLock());
    }
}

package dev.weir.blockio.file;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Capabilities;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A regular file as a block device: bytes go through a mapping of the whole file, space and
 * durability through system calls. It holds an exclusive lock on the file while it is open. Usable
 * from any thread.
 *
 * <p>A mapping has two dangers, met here. A page whose file fails below it (an I/O error, a
 * truncated file) faults in the copy; the fault becomes {@link StorageFailure.DeviceFailed} for
 * that request alone. And a page of a hole needs space when it is first touched, which could fail;
 * so whoever writes reserves the range first with {@link ZeroMode#ALLOCATE}, where running out of
 * space is an ordinary error.
 *
 * <p>After a failed sync the kernel may have dropped what it could not write, so nothing later may
 * be promised: every write and flush fails from then on, until the file is opened again.
 */
public final class FileDevice implements BlockDevice {
    private static final int LOGICAL_BLOCK_BYTES = 512;
    private static final int PAGE_BYTES = 4096;
    private static final int NEW_FILE_MODE = 0600;
    private static final Capabilities CAPABILITIES =
            new Capabilities(false, true, true, LOGICAL_BLOCK_BYTES, PAGE_BYTES);

    private final Path path;
    private final int fd;

    /**
     * Held while {@link #fd} is used by system calls: the number of a closed one may already be
     * somebody else's file.
     */
    private final ReentrantReadWriteLock descriptor = new ReentrantReadWriteLock();

    private final FileChannel channel;
    private final long sizeBytes;

    // Unmapped by the garbage collector when nobody can touch it any more: an explicit unmap could
    // race with a copy.
    private final MemorySegment mapping;
    private final OffHeapMemory memory;

    private volatile boolean closed;
    private volatile @Nullable StorageFailure syncFailure;

    private FileDevice(Path path, int fd, FileChannel channel, long sizeBytes) throws IOException {
        this.path = path;
        this.fd = fd;
        this.channel = channel;
        this.sizeBytes = sizeBytes;
        this.mapping = channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, Arena.ofAuto());
        this.memory = OffHeapMemory.over(mapping);
    }

    /**
     * Creates a sparse file, or takes an empty one, and gives it the size; existing contents are
     * never touched.
     */
    public static FileDevice create(Path path, long sizeBytes) throws StorageException {
        if (sizeBytes <= 0) {
            throw new StorageException(
                    new StorageFailure.Invalid("a device needs a positive size"));
        }
        boolean existed = Files.exists(path);
        int fd = openLocked(path, Posix.O_RDWR | Posix.O_CREAT | Posix.O_CLOEXEC);
        try {
            if (Files.size(path) != 0) {
                throw new StorageException(
                        new StorageFailure.InUse(path.toString(), "existing contents"));
            }
            int result = Posix.ftruncate(fd, sizeBytes);
            if (result < 0) {
                throw failed(path, "cannot set the size to " + sizeBytes + " bytes", -result);
            }
            syncDirectory(path);
            return attach(path, fd);
        } catch (IOException e) {
            Posix.close(fd);
            if (!existed) {
                path.toFile().delete();
            }
            throw asStorageException(path, e);
        }
    }

    /** Opens an existing file with its size. */
    public static FileDevice open(Path path) throws StorageException {
        int fd = openLocked(path, Posix.O_RDWR | Posix.O_CLOEXEC);
        try {
            return attach(path, fd);
        } catch (IOException e) {
            Posix.close(fd);
            throw asStorageException(path, e);
        }
    }

    private static FileDevice attach(Path path, int fd) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new StorageException(new StorageFailure.Invalid(path + " is not a regular file"));
        }
        // The same open file as fd names, whatever happens to the path meanwhile.
        FileChannel channel =
                FileChannel.open(
                        Path.of("/proc/self/fd/" + fd),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            long size = channel.size();
            if (size == 0) {
                throw new StorageException(new StorageFailure.Invalid(path + " is empty"));
            }
            return new FileDevice(path, fd, channel, size);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static int openLocked(Path path, int flags) throws StorageException {
        int fd = Posix.open(path, flags, NEW_FILE_MODE);
        if (fd < 0) {
            throw failed(path, "cannot be opened", -fd);
        }
        int lock = Posix.lockExclusively(fd);
        if (lock < 0) {
            Posix.close(fd);
            if (lock == -Posix.EAGAIN || lock == -Posix.EACCES) {
                throw new StorageException(
                        new StorageFailure.InUse(path.toString(), "another process"));
            }
            throw failed(path, "cannot be locked", -lock);
        }
        return fd;
    }

    public Path path() {
        return path;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        check(offset, length);
        try {
            memory.copyTo(offset, destination, destinationOffset, length);
            awaitFault();
        } catch (InternalError fault) {
            throw faulted("read", offset, length, fault);
        } finally {
            Reference.reachabilityFence(mapping);
        }
    }

    @Override
    public void write(
            long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException {
        check(offset, length);
        checkSyncs();
        try {
            source.copyTo(sourceOffset, memory, offset, length);
            awaitFault();
        } catch (InternalError fault) {
            throw faulted("write", offset, length, fault);
        } finally {
            Reference.reachabilityFence(mapping);
        }
        if (fua) {
            flush();
        }
    }

    @Override
    public void flush() throws StorageException {
        check(0, 0);
        checkSyncs();
        try {
            channel.force(false);
        } catch (IOException e) {
            StorageFailure failure =
                    new StorageFailure.DeviceFailed(
                            path.toString(), "sync failed: " + e.getMessage());
            syncFailure = failure;
            throw new StorageException(failure, e);
        }
    }

    @Override
    public void trim(long offset, long length, boolean fua) throws StorageException {
        zero(offset, length, ZeroMode.MAY_TRIM, fua);
    }

    @Override
    public void zero(long offset, long length, ZeroMode mode, boolean fua) throws StorageException {
        descriptor.readLock().lock();
        try {
            check(offset, length);
            checkSyncs();
            if (length > 0) {
                int result =
                        switch (mode) {
                            case MAY_TRIM, FAST -> punch(offset, length);
                            case ALLOCATE, FAST_ALLOCATE -> zeroAllocated(offset, length);
                        };
                if (result < 0) {
                    throw failed(path, "cannot zero " + length + " bytes at " + offset, -result);
                }
            }
        } finally {
            descriptor.readLock().unlock();
        }
        if (fua) {
            flush();
        }
    }

    @Override
    public void blockStatus(long offset, long length, BlockStatusVisitor visitor)
            throws StorageException {
        check(offset, length);
        long end = offset + length;
        long at = offset;
        boolean more = true;
        while (at < end && more) {
            long data = Math.min(seek(at, Posix.SEEK_DATA), end);
            if (data > at) {
                more = visitor.visit(data - at, true, true);
                at = data;
            } else {
                long hole = Math.min(seek(at, Posix.SEEK_HOLE), end);
                more = visitor.visit(hole - at, false, false);
                at = hole;
            }
        }
    }

    @Override
    public void cache(long offset, long length) throws StorageException {
        descriptor.readLock().lock();
        try {
            check(offset, length);
            Posix.willNeed(fd, offset, length);
        } finally {
            descriptor.readLock().unlock();
        }
    }

    /** Flushes and closes; the lock is gone afterwards. */
    @Override
    public void close() throws StorageException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        memory.close();
        try (FileChannel toClose = channel) {
            if (syncFailure == null) {
                toClose.force(false);
            }
        } catch (IOException e) {
            throw asStorageException(path, e);
        } finally {
            descriptor.writeLock().lock();
            try {
                Posix.close(fd);
            } finally {
                descriptor.writeLock().unlock();
            }
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private int punch(long offset, long length) {
        return Posix.fallocate(
                fd, Posix.FALLOC_PUNCH_HOLE | Posix.FALLOC_KEEP_SIZE, offset, length);
    }

    private int zeroAllocated(long offset, long length) {
        int result =
                Posix.fallocate(
                        fd, Posix.FALLOC_ZERO_RANGE | Posix.FALLOC_KEEP_SIZE, offset, length);
        if (result != -Posix.EOPNOTSUPP) {
            return result;
        }
        // tmpfs and others cannot zero in place: give the space back and take new.
        int punched = punch(offset, length);
        return punched < 0 ? punched : Posix.fallocate(fd, Posix.FALLOC_KEEP_SIZE, offset, length);
    }

    /** The next data or hole at or after an offset; the end of the device when there is none. */
    private long seek(long offset, int whence) throws StorageException {
        long at;
        descriptor.readLock().lock();
        try {
            check(offset, 0);
            at = Posix.lseek(fd, offset, whence);
        } finally {
            descriptor.readLock().unlock();
        }
        if (at == -Posix.ENXIO) {
            return sizeBytes;
        }
        if (at < 0) {
            throw failed(path, "cannot tell its holes", (int) -at);
        }
        return at;
    }

    private void check(long offset, long length) throws StorageException {
        if (closed) {
            throw new StorageException(new StorageFailure.Closed(path.toString()));
        }
        Ranges.check(offset, length, sizeBytes);
    }

    private void checkSyncs() throws StorageException {
        StorageFailure failure = syncFailure;
        if (failure != null) {
            throw new StorageException(failure);
        }
    }

    /**
     * Makes a fault in the copy before it throw here. Compiled code throws it only at its next
     * safepoint, and with everything inlined that can lie behind the {@code catch}, in a caller who
     * believes that the copy succeeded. Calling any native method is a safepoint; this one is quick
     * and changes nothing.
     */
    private void awaitFault() {
        boolean ignored = Thread.holdsLock(this);
    }

    private StorageException faulted(String verb, long offset, long length, InternalError fault) {
        String reason = verb + " of " + length + " bytes at " + offset + " faulted in the mapping";
        return new StorageException(
                new StorageFailure.DeviceFailed(path.toString(), reason), fault);
    }

    private static StorageException failed(Path path, String what, int errno) {
        StorageFailure failure =
                switch (errno) {
                    case Posix.ENOSPC, Posix.EDQUOT ->
                            new StorageFailure.NoSpace("the host below " + path);
                    case Posix.ENOENT -> new StorageFailure.Invalid(path + " does not exist");
                    case Posix.EOPNOTSUPP -> new StorageFailure.Unsupported("fallocate on " + path);
                    default ->
                            new StorageFailure.DeviceFailed(
                                    path.toString(), what + " (errno " + errno + ")");
                };
        return new StorageException(failure);
    }

    private static StorageException asStorageException(Path path, IOException e) {
        return e instanceof StorageException storage
                ? storage
                : new StorageException(
                        new StorageFailure.DeviceFailed(
                                path.toString(), String.valueOf(e.getMessage())),
                        e);
    }

    /** Makes a new directory entry durable. */
    private static void syncDirectory(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }
}

package dev.weir.blockio.file;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The Linux system calls that Java has no interface for, on 64-bit machines. Each returns its
 * result, or the negated {@code errno} on failure, as the kernel itself does.
 */
final class Posix {
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_CLOEXEC = 02000000;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;
    static final int FALLOC_KEEP_SIZE = 0x01;
    static final int FALLOC_PUNCH_HOLE = 0x02;
    static final int FALLOC_ZERO_RANGE = 0x10;

    static final int ENOENT = 2;
    static final int EIO = 5;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int ENOSPC = 28;
    static final int EOPNOTSUPP = 95;
    static final int EDQUOT = 122;

    private static final int FADV_WILLNEED = 3;
    private static final int F_OFD_SETLK = 37;
    private static final short F_WRLCK = 1;
    private static final int STRUCT_FLOCK_BYTES = 32;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout()
                    .varHandle(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 1);
    private static final MethodHandle FTRUNCATE =
            handle("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG), 2);
    private static final MethodHandle FALLOCATE =
            handle(
                    "fallocate",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
                    4);
    private static final MethodHandle LSEEK =
            handle("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT), 3);
    private static final MethodHandle FCNTL =
            handle("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), 2);
    private static final MethodHandle FADVISE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("posix_fadvise"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private Posix() {}

    static int open(Path path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment name = arena.allocateFrom(path.toString());
            return result((int) OPEN.invokeExact(state, name, flags, mode), state);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int ftruncate(int fd, long sizeBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return result((int) FTRUNCATE.invokeExact(state, fd, sizeBytes), state);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int fallocate(int fd, int mode, long offset, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return result((int) FALLOCATE.invokeExact(state, fd, mode, offset, length), state);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long lseek(int fd, long offset, int whence) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long at = (long) LSEEK.invokeExact(state, fd, offset, whence);
            return at < 0 ? result(-1, state) : at;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Locks the whole file for this open file, exclusively, without waiting. Unlike the classic
     * record locks, which Java's own file locks are, it does not vanish when another descriptor of
     * the same file is closed.
     */
    static int lockExclusively(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            // struct flock: type, whence (SEEK_SET), start 0, length 0 meaning the whole file, pid
            // 0.
            MemorySegment flock = arena.allocate(STRUCT_FLOCK_BYTES, Long.BYTES);
            flock.set(JAVA_SHORT, 0, F_WRLCK);
            return result((int) FCNTL.invokeExact(state, fd, F_OFD_SETLK, flock), state);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Asks the kernel to read ahead; a hint whose failure means nothing. */
    static void willNeed(int fd, long offset, long length) {
        try {
            int ignored = (int) FADVISE.invokeExact(fd, offset, length, FADV_WILLNEED);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle handle(
            String name, FunctionDescriptor descriptor, int fixedArguments) {
        MemorySegment symbol = LINKER.defaultLookup().findOrThrow(name);
        return fixedArguments == descriptor.argumentLayouts().size()
                ? LINKER.downcallHandle(symbol, descriptor, ERRNO)
                : LINKER.downcallHandle(
                        symbol, descriptor, ERRNO, Linker.Option.firstVariadicArg(fixedArguments));
    }

    private static int result(int returned, MemorySegment state) {
        return returned < 0 ? -(int) ERRNO_VALUE.get(state, 0L) : returned;
    }
}

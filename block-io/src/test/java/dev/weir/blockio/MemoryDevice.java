package dev.weir.blockio;

import dev.weir.blockio.memory.OffHeapMemory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * A sparse device in memory for tests: blocks of 64 KiB that exist once written, real block status,
 * counted flushes, and operations that fail or wait on demand. Any thread may use it.
 */
public final class MemoryDevice implements BlockDevice {
    public static final int BLOCK_BYTES = 64 << 10;

    private static final long WAIT_SECONDS = 30;

    /** What can be made to fail or wait. */
    public enum Operation {
        READ,
        WRITE,
        FLUSH,
        TRIM,
        ZERO,
        BLOCK_STATUS,
        CACHE
    }

    private final NavigableMap<Long, byte[]> blocks = new ConcurrentSkipListMap<>();
    private final Map<Operation, StorageFailure> failures = new ConcurrentHashMap<>();
    private final Map<Operation, RuntimeException> bugs = new ConcurrentHashMap<>();
    private final Map<Operation, Gate> gates = new ConcurrentHashMap<>();
    private final List<LongConsumer> sizeListeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger flushes = new AtomicInteger();
    private final AtomicInteger durableWrites = new AtomicInteger();
    private final Capabilities capabilities;
    private volatile long sizeBytes;
    private volatile boolean closed;

    public MemoryDevice(long sizeBytes) {
        this(sizeBytes, new Capabilities(false, true, true, 512, BLOCK_BYTES));
    }

    public MemoryDevice(long sizeBytes, Capabilities capabilities) {
        this.sizeBytes = sizeBytes;
        this.capabilities = capabilities;
    }

    /** Holds back one kind of operation until it is opened. */
    public static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        /** Waits until an operation stands at the gate. */
        public void awaitReached() throws InterruptedException {
            if (!reached.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("no operation reached the gate");
            }
        }

        public void open() {
            open.countDown();
        }
    }

    public Gate hold(Operation operation) {
        Gate gate = new Gate();
        gates.put(operation, gate);
        return gate;
    }

    public void fail(Operation operation, StorageFailure failure) {
        failures.put(operation, failure);
    }

    public void fail(Operation operation, RuntimeException bug) {
        bugs.put(operation, bug);
    }

    public void heal() {
        failures.clear();
        bugs.clear();
    }

    public void resize(long newSizeBytes) {
        sizeBytes = newSizeBytes;
        sizeListeners.forEach(listener -> listener.accept(newSizeBytes));
    }

    public int flushes() {
        return flushes.get();
    }

    public int durableWrites() {
        return durableWrites.get();
    }

    public long mappedBytes() {
        return (long) blocks.size() * BLOCK_BYTES;
    }

    public boolean isClosed() {
        return closed;
    }

    /** The contents, read without failing or waiting. */
    public byte[] contents(long offset, int length) {
        byte[] bytes = new byte[length];
        forEachBlock(
                offset,
                length,
                (index, from, count, done) -> {
                    byte[] block = blocks.get(index);
                    if (block != null) {
                        System.arraycopy(block, from, bytes, (int) done, count);
                    }
                });
        return bytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        enter(Operation.READ, offset, length);
        forEachBlock(
                offset,
                length,
                (index, from, count, done) -> {
                    byte[] block = blocks.get(index);
                    if (block == null) {
                        destination.zero(destinationOffset + done, count);
                    } else {
                        destination.copyFrom(block, from, destinationOffset + done, count);
                    }
                });
    }

    @Override
    public void write(
            long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException {
        enter(Operation.WRITE, offset, length);
        forEachBlock(
                offset,
                length,
                (index, from, count, done) ->
                        source.copyTo(sourceOffset + done, block(index), from, count));
        noteDurability(fua);
    }

    @Override
    public void flush() throws StorageException {
        enter(Operation.FLUSH, 0, 0);
        flushes.incrementAndGet();
    }

    @Override
    public void trim(long offset, long length, boolean fua) throws StorageException {
        enter(Operation.TRIM, offset, length);
        clear(offset, length, false);
        noteDurability(fua);
    }

    @Override
    public void zero(long offset, long length, ZeroMode mode, boolean fua) throws StorageException {
        enter(Operation.ZERO, offset, length);
        boolean allocate =
                switch (mode) {
                    case MAY_TRIM, FAST -> false;
                    case ALLOCATE, FAST_ALLOCATE -> true;
                };
        clear(offset, length, allocate);
        noteDurability(fua);
    }

    @Override
    public void blockStatus(long offset, long length, BlockStatusVisitor visitor)
            throws StorageException {
        enter(Operation.BLOCK_STATUS, offset, length);
        long end = offset + length;
        long at = offset;
        while (at < end) {
            long index = at / BLOCK_BYTES;
            boolean hole = !blocks.containsKey(index);
            long next = Math.min(end, hole ? nextBlock(index) : (index + 1) * BLOCK_BYTES);
            if (!visitor.visit(next - at, hole, hole)) {
                return;
            }
            at = next;
        }
    }

    @Override
    public void cache(long offset, long length) throws StorageException {
        enter(Operation.CACHE, offset, length);
    }

    @Override
    public Registration onSizeChange(LongConsumer listener) {
        sizeListeners.add(listener);
        return () -> sizeListeners.remove(listener);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void enter(Operation operation, long offset, long length) throws StorageException {
        Gate gate = gates.get(operation);
        if (gate != null) {
            gate.reached.countDown();
            await(gate.open);
        }
        RuntimeException bug = bugs.get(operation);
        if (bug != null) {
            throw bug;
        }
        StorageFailure failure = failures.get(operation);
        if (failure != null) {
            throw new StorageException(failure);
        }
        if (closed) {
            throw new StorageException(new StorageFailure.Closed("memory"));
        }
        Ranges.check(offset, length, sizeBytes);
    }

    private static void await(CountDownLatch open) {
        try {
            if (!open.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the gate was never opened");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void clear(long offset, long length, boolean allocate) {
        if (!allocate && length >= 2 * BLOCK_BYTES) {
            long first = Math.ceilDiv(offset, BLOCK_BYTES);
            long end = (offset + length) / BLOCK_BYTES;
            blocks.subMap(first, end).clear();
            clear(offset, first * BLOCK_BYTES - offset, false);
            clear(end * BLOCK_BYTES, offset + length - end * BLOCK_BYTES, false);
            return;
        }
        forEachBlock(
                offset,
                length,
                (index, from, count, _) -> {
                    byte[] block = allocate ? block(index) : blocks.get(index);
                    if (block == null) {
                        return;
                    }
                    if (!allocate && count == BLOCK_BYTES) {
                        blocks.remove(index);
                    } else {
                        Arrays.fill(block, from, from + count, (byte) 0);
                    }
                });
    }

    private void noteDurability(boolean fua) {
        if (fua) {
            durableWrites.incrementAndGet();
        }
    }

    private byte[] block(long index) {
        return blocks.computeIfAbsent(index, _ -> new byte[BLOCK_BYTES]);
    }

    private long nextBlock(long index) {
        Long next = blocks.higherKey(index);
        return next == null ? Long.MAX_VALUE : next * BLOCK_BYTES;
    }

    @FunctionalInterface
    private interface Step {
        void take(long index, int from, int count, long done);
    }

    private static void forEachBlock(long offset, long length, Step step) {
        long done = 0;
        while (done < length) {
            long at = offset + done;
            int from = (int) (at % BLOCK_BYTES);
            int count = (int) Math.min(BLOCK_BYTES - from, length - done);
            step.take(at / BLOCK_BYTES, from, count, done);
            done += count;
        }
    }
}

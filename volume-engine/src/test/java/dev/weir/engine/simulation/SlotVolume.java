package dev.weir.engine.simulation;

import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Capabilities;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.Volume;
import java.util.BitSet;
import java.util.UUID;

/** A volume of a {@link SlotPool}: its bytes lie in one extent, grain after grain. */
final class SlotVolume implements Volume {
    private final SlotPool pool;
    private final int slot;
    private final UUID id;
    private final BitSet allocated;
    private String name;
    private long sizeBytes;
    private boolean deleted;

    SlotVolume(SlotPool pool, int slot, UUID id, String name, long sizeBytes, BitSet allocated) {
        this.pool = pool;
        this.slot = slot;
        this.id = id;
        this.name = name;
        this.sizeBytes = sizeBytes;
        this.allocated = allocated;
    }

    /** Which grains hold data. */
    synchronized byte[] bitmap() {
        return allocated.toByteArray();
    }

    int slot() {
        return slot;
    }

    /** Makes a new volume read zeros, durably. */
    synchronized void clear() throws StorageException {
        pool.device().zero(slot * extentBytes(), extentBytes(), ZeroMode.MAY_TRIM, true);
        allocated.clear();
    }

    /** Nothing may reach the slot through this handle any more. */
    synchronized void delete() {
        deleted = true;
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public synchronized String name() {
        return name;
    }

    @Override
    public synchronized long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public synchronized long mappedBytes() {
        return (long) allocated.cardinality() * grainBytes();
    }

    @Override
    public long allocatedBytes() {
        return extentBytes();
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(false, true, true, 512, grainBytes());
    }

    @Override
    public synchronized void resize(long newSizeBytes) throws StorageException {
        check(0, 0);
        int last = allocated.previousSetBit(allocated.size());
        long needed = Math.min(sizeBytes, (last + 1L) * grainBytes());
        if (newSizeBytes < needed) {
            throw new StorageException(new StorageFailure.ShrinkUnsafe(newSizeBytes, needed));
        }
        sizeBytes = newSizeBytes;
        pool.store(this);
    }

    @Override
    public synchronized void rename(String newName) throws StorageException {
        check(0, 0);
        name = newName;
        pool.store(this);
    }

    @Override
    public synchronized void read(
            long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        check(offset, length);
        long stored = stored(offset, length);
        pool.device().read(at(offset), destination, destinationOffset, stored);
        destination.zero(destinationOffset + stored, length - stored);
    }

    @Override
    public synchronized void write(
            long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException {
        requireSpace(offset, length);
        allocate(offset, length);
        pool.device().write(at(offset), source, sourceOffset, length, fua);
    }

    @Override
    public synchronized void flush() throws StorageException {
        check(0, 0);
        if (pool.bug() != SlotPool.PlantedBug.IGNORES_FLUSH) {
            pool.device().flush();
        }
    }

    @Override
    public synchronized void trim(long offset, long length, boolean fua) throws StorageException {
        check(offset, length);
        long stored = stored(offset, length);
        pool.device().zero(at(offset), stored, ZeroMode.MAY_TRIM, true);
        long from = Math.ceilDiv(offset, grainBytes());
        long to = (offset + stored) / grainBytes();
        if (from < to) {
            allocated.clear((int) from, (int) to);
            pool.store(this);
        }
    }

    @Override
    public synchronized void zero(long offset, long length, ZeroMode mode, boolean fua)
            throws StorageException {
        switch (mode) {
            case MAY_TRIM, FAST -> trim(offset, length, fua);
            case ALLOCATE, FAST_ALLOCATE -> {
                requireSpace(offset, length);
                allocate(offset, length);
                pool.device().zero(at(offset), length, ZeroMode.ALLOCATE, fua);
            }
        }
    }

    @Override
    public synchronized void blockStatus(long offset, long length, BlockStatusVisitor visitor)
            throws StorageException {
        check(offset, length);
        for (long at = offset; at < offset + length; ) {
            long grain = at / grainBytes();
            long end = Math.min(offset + length, (grain + 1) * grainBytes());
            boolean hole = !allocated.get((int) Math.min(grain, Integer.MAX_VALUE));
            if (!visitor.visit(end - at, hole, hole)) {
                return;
            }
            at = end;
        }
    }

    @Override
    public void close() {}

    private void check(long offset, long length) throws StorageException {
        if (deleted) {
            throw new StorageException(new StorageFailure.Closed(name));
        }
        Ranges.check(offset, length, sizeBytes);
    }

    private void requireSpace(long offset, long length) throws StorageException {
        check(offset, length);
        if (stored(offset, length) < length) {
            throw new StorageException(new StorageFailure.NoSpace("the slot"));
        }
    }

    private void allocate(long offset, long length) throws StorageException {
        if (length > 0) {
            long last = (offset + length - 1) / grainBytes();
            int first = (int) (offset / grainBytes());
            if (allocated.nextClearBit(first) <= last) {
                allocated.set(first, (int) last + 1);
                pool.store(this);
            }
        }
    }

    private long at(long offset) {
        return slot * extentBytes() + Math.min(offset, extentBytes());
    }

    private long stored(long offset, long length) {
        return Math.clamp(extentBytes() - offset, 0, length);
    }

    private long extentBytes() {
        return pool.spec().extentBytes();
    }

    private int grainBytes() {
        return pool.spec().grainBytes();
    }
}

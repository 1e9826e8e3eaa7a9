package dev.weir.engine.simulation;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Capabilities;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.Random;

/**
 * A device in memory that forgets what was not synced when the power fails, and fails on demand.
 *
 * <p>Its unit is the sector of 512 bytes, which is never torn. Operations take effect one after
 * another, except that a flush covers only what was there when it began: a write that comes in
 * while it runs is not made durable by it. Any thread may use it; after a crash every operation
 * throws {@link SimulatedCrash}, and {@link #processKill} or {@link #powerCut} gives the device
 * that the next process finds.
 */
final class SimulatedDevice implements BlockDevice {
    private final String name;
    private final long sizeBytes;
    private final DeviceTraits traits;
    private final PlantedDeviceBug bug;
    private final SectorStore store;
    private final DeviceFaults faults = new DeviceFaults();
    private final Random tearing;
    private volatile OperationHook hook = OperationHook.NONE;
    private volatile Runnable pause = () -> {};
    private boolean closed;
    private long flushes;

    SimulatedDevice(String name, long sizeBytes, DeviceTraits traits, PlantedDeviceBug bug) {
        this(name, sizeBytes, traits, bug, new SectorStore(sizeBytes / SectorContent.BYTES));
    }

    private SimulatedDevice(
            String name,
            long sizeBytes,
            DeviceTraits traits,
            PlantedDeviceBug bug,
            SectorStore store) {
        this.name = name;
        this.sizeBytes = sizeBytes;
        this.traits = traits;
        this.bug = bug;
        this.store = store;
        this.tearing = new Random(sizeBytes ^ store.time());
    }

    String name() {
        return name;
    }

    DeviceFaults faults() {
        return faults;
    }

    void hook(OperationHook newHook) {
        hook = newHook;
    }

    /** What happens first, and beside everything else, in each operation that moves data. */
    void pause(Runnable newPause) {
        pause = newPause;
    }

    /** The device as the next process finds it: everything that was written is there. */
    synchronized SimulatedDevice processKill() {
        return new SimulatedDevice(name, sizeBytes, traits, bug, store.copy());
    }

    /** The device after a loss of power of any kind. */
    SimulatedDevice powerCut(Random random) {
        return powerCut(Dice.pick(random, PowerLoss.values()), random);
    }

    /** The device after a loss of power: unsynced sectors survive as {@code loss} says. */
    synchronized SimulatedDevice powerCut(PowerLoss loss, Random random) {
        return new SimulatedDevice(
                name, sizeBytes, traits, bug, store.afterPowerLoss(loss, random));
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                false, traits.trims(), traits.fastZeros(), SectorContent.BYTES, 4096);
    }

    @Override
    public void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        pause.run();
        readNow(offset, destination, destinationOffset, length);
    }

    private synchronized void readNow(
            long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        enter(DeviceOperation.Kind.READ, offset, length, false);
        store.read(offset, destination, destinationOffset, length);
    }

    @Override
    public void write(
            long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException {
        pause.run();
        writeNow(offset, source, sourceOffset, length, fua);
    }

    private synchronized void writeNow(
            long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException {
        try {
            enter(DeviceOperation.Kind.WRITE, offset, length, fua);
        } catch (SimulatedCrash crash) {
            store.write(offset, source, sourceOffset, lengthBeforeCrash(crash, offset, length));
            throw crash;
        }
        requireSpace(offset, length);
        boolean cutShort = bug == PlantedDeviceBug.WRITES_SHORT && length > SectorContent.BYTES;
        store.write(offset, source, sourceOffset, cutShort ? length - SectorContent.BYTES : length);
        leave(offset, length, fua);
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // gives writes a chance to come in meanwhile
    public void flush() throws StorageException {
        long covered;
        synchronized (this) {
            try {
                enter(DeviceOperation.Kind.FLUSH, 0, sizeBytes, false);
            } catch (StorageException failure) {
                store.abandonSome(tearing);
                throw failure;
            }
            covered = store.time();
        }
        Thread.yield();
        synchronized (this) {
            flushes++;
            if (bug != PlantedDeviceBug.DROPS_FLUSHES || flushes % 3 != 0) {
                store.sync(covered);
            }
        }
    }

    @Override
    public synchronized void trim(long offset, long length, boolean fua) throws StorageException {
        long from = roundUp(offset);
        long to = (offset + length) / traits.trimBytes() * traits.trimBytes();
        long given = traits.trims() ? Math.max(0, to - from) : 0;
        try {
            enter(DeviceOperation.Kind.TRIM, offset, length, fua);
        } catch (SimulatedCrash crash) {
            store.zero(from, lengthBeforeCrash(crash, from, given), SectorContent.HOLE);
            throw crash;
        }
        store.zero(from, given, SectorContent.HOLE);
        leave(offset, length, fua);
    }

    @Override
    public void zero(long offset, long length, ZeroMode mode, boolean fua) throws StorageException {
        pause.run();
        zeroNow(offset, length, mode, fua);
    }

    private synchronized void zeroNow(long offset, long length, ZeroMode mode, boolean fua)
            throws StorageException {
        SectorContent zeros =
                switch (mode) {
                    case MAY_TRIM, FAST -> SectorContent.HOLE;
                    case ALLOCATE, FAST_ALLOCATE -> SectorContent.ALLOCATED;
                };
        try {
            enter(DeviceOperation.Kind.ZERO, offset, length, fua);
        } catch (SimulatedCrash crash) {
            store.zero(offset, lengthBeforeCrash(crash, offset, length), zeros);
            throw crash;
        }
        boolean fast = mode == ZeroMode.FAST || mode == ZeroMode.FAST_ALLOCATE;
        if (fast && !traits.fastZeros()) {
            throw new StorageException(new StorageFailure.Unsupported("fast zero"));
        }
        if (!zeros.isHole() && faults.hostFull() && hasHole(offset, length)) {
            throw new StorageException(new StorageFailure.NoSpace("the host of " + name));
        }
        store.zero(offset, length, zeros);
        leave(offset, length, fua);
    }

    @Override
    public synchronized void blockStatus(long offset, long length, BlockStatusVisitor visitor)
            throws StorageException {
        enter(DeviceOperation.Kind.STATUS, offset, length, false);
        long end = offset + length;
        for (long at = offset; at < end; ) {
            int sector = (int) (at / SectorContent.BYTES);
            boolean hole = tellsHole(sector);
            boolean zero = tellsZero(sector);
            int last = sector + 1;
            while ((long) last * SectorContent.BYTES < end
                    && tellsHole(last) == hole
                    && tellsZero(last) == zero) {
                last++;
            }
            long next = Math.min(end, (long) last * SectorContent.BYTES);
            if (!visitor.visit(next - at, hole, zero)) {
                return;
            }
            at = next;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private void enter(DeviceOperation.Kind kind, long offset, long length, boolean fua)
            throws StorageException {
        DeviceOperation operation = new DeviceOperation(name, kind, offset, length, fua);
        Ranges.check(offset, length, sizeBytes);
        store.tick();
        hook.beforeOperation(operation);
        if (closed) {
            throw new StorageException(new StorageFailure.Closed(name));
        }
        faults.check(operation);
    }

    private void leave(long offset, long length, boolean fua) {
        if (fua && bug != PlantedDeviceBug.IGNORES_FUA) {
            store.sync(offset, length);
        }
    }

    /** How far the operation got before the crash that it was in: any number of sectors. */
    private long lengthBeforeCrash(SimulatedCrash crash, long offset, long length) {
        if (!crash.inOperation() || closed || length == 0) {
            return 0;
        }
        long sectors = length / SectorContent.BYTES + 1;
        long end =
                (offset / SectorContent.BYTES + tearing.nextLong(sectors + 1))
                        * SectorContent.BYTES;
        return Math.clamp(end - offset, 0, length);
    }

    /** A mapped page without space below it cannot be written when the host is full. */
    private void requireSpace(long offset, long length) throws StorageException {
        if (faults.hostFull() && hasHole(offset, length)) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed(name, "write to a hole on a full host"));
        }
    }

    private boolean hasHole(long offset, long length) {
        for (long at = offset / SectorContent.BYTES;
                at * SectorContent.BYTES < offset + length;
                at++) {
            if (store.content((int) at).isHole()) {
                return true;
            }
        }
        return false;
    }

    private boolean tellsHole(int sector) {
        boolean hole = store.content(sector).isHole();
        return switch (traits.status()) {
            case CURRENT -> hole;
            case DURABLE -> hole && store.synced(sector);
            case ALL_ALLOCATED -> false;
        };
    }

    private boolean tellsZero(int sector) {
        return switch (traits.status()) {
            case CURRENT -> store.content(sector).isKnownZero();
            case DURABLE -> tellsHole(sector);
            case ALL_ALLOCATED -> false;
        };
    }

    private long roundUp(long offset) {
        return (offset + traits.trimBytes() - 1) / traits.trimBytes() * traits.trimBytes();
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.memory.BufferPool;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A logical unit: one {@link BlockDevice} seen as a disk. Shared by all initiators, and possibly by
 * several targets. The device is borrowed: it is never closed here. Thread-safe.
 */
public final class LogicalUnit implements AutoCloseable {
    /** Of one piece of work on data that is not the initiator's own buffer. */
    static final int SCRATCH_BYTES = BufferPool.LARGE_BYTES;

    private final LogicalUnitConfig config;
    private final Medium medium;
    private final Reservations reservations;
    private final Supplier<@Nullable LbaResources> resources;
    private final ModePages modes;
    private final BufferPool scratch = new BufferPool();
    private final List<ItlNexus> paths = new CopyOnWriteArrayList<>();
    private final BlockDevice.Registration sizeChanges;

    /** A logical unit that says nothing of the space behind it. */
    public LogicalUnit(
            LogicalUnitConfig config, BlockDevice device, ReservationStore reservationStore) {
        this(config, device, reservationStore, () -> null);
    }

    /**
     * A logical unit.
     *
     * @param resources asked whenever an initiator wants to know, on any thread; always null, or
     *     never, and its threshold set always the same. Who raises the attention is who knows when
     */
    public LogicalUnit(
            LogicalUnitConfig config,
            BlockDevice device,
            ReservationStore reservationStore,
            Supplier<@Nullable LbaResources> resources) {
        this.config = config;
        this.resources = resources;
        this.modes = new ModePages(resources);
        this.medium = new Medium(device, config.blockBytes());
        this.reservations = new Reservations(reservationStore);
        this.sizeChanges = device.onSizeChange(_ -> raise(UnitAttention.CAPACITY_CHANGED));
    }

    public LogicalUnitConfig config() {
        return config;
    }

    /** Tells every initiator, once. */
    public void raise(UnitAttention condition) {
        paths.forEach(path -> path.raise(condition));
    }

    /** Stops listening to the device; call it when no target has this logical unit any more. */
    @Override
    public void close() {
        sizeChanges.close();
        scratch.close();
    }

    /** Tells every initiator except the one that caused it. */
    void raiseForOthers(ItlNexus cause, UnitAttention condition) {
        for (ItlNexus path : paths) {
            if (path != cause) {
                path.raise(condition);
            }
        }
    }

    /** The space behind it, if initiators are told of that. */
    @Nullable LbaResources resources() {
        return resources.get();
    }

    Medium medium() {
        return medium;
    }

    ModePages modes() {
        return modes;
    }

    /** Buffers for commands that compare or repeat. */
    BufferPool scratch() {
        return scratch;
    }

    Reservations reservations() {
        return reservations;
    }

    List<ItlNexus> paths() {
        return paths;
    }

    void add(ItlNexus path) {
        paths.add(path);
        path.raise(UnitAttention.POWER_ON);
    }

    void remove(ItlNexus path) {
        path.close();
        paths.remove(path);
        reservations.nexusLost(path);
    }

    boolean refusesChanges() {
        return isReadOnly() || modes.values().writeProtect();
    }

    void requireWritable() throws CheckCondition {
        if (refusesChanges()) {
            throw CheckCondition.of(
                    isReadOnly() ? Sense.WRITE_PROTECTED : Sense.SOFTWARE_WRITE_PROTECTED);
        }
    }

    private boolean isReadOnly() {
        return config.readOnly() || medium.device().capabilities().readOnly();
    }

    /** What a loss of power never tears. */
    int untornBytes() {
        return medium.device().capabilities().logicalBlockBytes();
    }

    /**
     * Blocks in one WRITE ATOMIC, which is promised to be all or nothing after a loss of power too;
     * 0 where the device promises that for one block only, and there is nothing to offer.
     */
    int maxAtomicBlocks() {
        long blocks = medium.toBlocks(Math.min(untornBytes(), ScsiLimits.MAX_TRANSFER_BYTES));
        return blocks < 2 ? 0 : (int) blocks;
    }

    boolean descriptorSense() {
        return modes.values().descriptorSense();
    }

    /** A LOGICAL UNIT RESET (SAM-5 6.3.3): all tasks go, and everybody is told. */
    void reset(@Nullable Nexus cause) {
        abortTasks(cause, _ -> true);
        reservations.unitReset();
        modes.reset();
        raise(UnitAttention.BUS_DEVICE_RESET);
    }

    /**
     * Aborts all tasks of some initiators; when it returns, they touch the medium no more.
     *
     * @param cause who wants it; others learn of it, by status or by unit attention (TAS)
     */
    void abortTasks(@Nullable Nexus cause, Predicate<ItlNexus> whose) {
        boolean any = false;
        for (ItlNexus path : paths) {
            if (whose.test(path) && path.nexus().abortTasks(this, cause, _ -> true)) {
                any = true;
                if (path.nexus() != cause && !modes.values().tellAborted()) {
                    path.raise(UnitAttention.COMMANDS_CLEARED);
                }
            }
        }
        if (any) {
            medium.drain();
        }
    }
}

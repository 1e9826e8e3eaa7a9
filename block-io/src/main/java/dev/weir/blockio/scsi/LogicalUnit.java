package dev.weir.blockio.scsi;

import dev.weir.blockio.BlockDevice;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A logical unit: one {@link BlockDevice} seen as a disk. Shared by all initiators, and possibly by
 * several targets. The device is borrowed: it is never closed here. Thread-safe.
 */
public final class LogicalUnit implements AutoCloseable {
    private final LogicalUnitConfig config;
    private final Medium medium;
    private final Reservations reservations;
    private final List<ItlNexus> paths = new CopyOnWriteArrayList<>();
    private final BlockDevice.Registration sizeChanges;

    public LogicalUnit(
            LogicalUnitConfig config, BlockDevice device, ReservationStore reservationStore) {
        this.config = config;
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
    }

    /** Tells every initiator except the one that caused it. */
    void raiseForOthers(ItlNexus cause, UnitAttention condition) {
        for (ItlNexus path : paths) {
            if (path != cause) {
                path.raise(condition);
            }
        }
    }

    Medium medium() {
        return medium;
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
        return config.readOnly() || medium.device().capabilities().readOnly();
    }

    void requireWritable() throws CheckCondition {
        if (refusesChanges()) {
            throw CheckCondition.of(Sense.WRITE_PROTECTED);
        }
    }

    boolean descriptorSense() {
        return false;
    }

    /** A LOGICAL UNIT RESET (SAM-5 6.3.3): all tasks go, and everybody is told. */
    void reset(@Nullable Nexus cause) {
        abortTasks(cause, _ -> true);
        reservations.unitReset();
        raise(UnitAttention.BUS_DEVICE_RESET);
    }

    /** Aborts tasks of all initiators; when it returns, they touch the medium no more. */
    void abortTasks(@Nullable Nexus cause, Predicate<ScsiTask> which) {
        boolean any = false;
        for (ItlNexus path : paths) {
            any |= path.nexus().abortTasks(this, cause, which);
        }
        if (any) {
            medium.drain();
        }
    }
}

package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.controller.pool.DeviceFiles;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolProvisioning;
import dev.weir.controller.reconcile.Difference.Kind;
import dev.weir.db.DeviceRow;
import dev.weir.db.Lifecycle;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Pools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Opens the remembered pools, and finishes those whose creation was cut off. A pool that cannot be
 * opened is marked as failed and does not stop the others.
 */
@Component
class PoolReconciler {
    private final PoolStore pools;
    private final PoolProvisioning provisioning;
    private final OpenPools openPools;
    private final Differences differences;

    PoolReconciler(
            PoolStore pools,
            PoolProvisioning provisioning,
            OpenPools openPools,
            Differences differences) {
        this.pools = pools;
        this.provisioning = provisioning;
        this.openPools = openPools;
        this.differences = differences;
    }

    void reconcile(PoolRow row) {
        var attached = new ArrayList<AttachedDevice>();
        try {
            var unformatted = attach(row, attached);
            var pool = openOrFormat(row, attached, unformatted);
            addMissing(row, pool, unformatted);
            provisioning.finish(row, pool);
            report(row, pool);
        } catch (StorageException | RuntimeException e) {
            DeviceFiles.close(attached);
            fail(row, e);
        }
    }

    /** A creation that can never be finished is undone; any other pool may come back. */
    private void fail(PoolRow row, Exception failure) {
        var reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        if (row.state() == Lifecycle.CREATING
                && failure instanceof StorageException storage
                && storage.failure() instanceof StorageFailure.Invalid) {
            pools.devices(row.id()).forEach(device -> DeviceFiles.remove(Path.of(device.path())));
            pools.delete(row.id());
            differences.add(
                    Kind.POOL_UNDONE,
                    subject(row),
                    "The creation of pool %s had been cut off and cannot be finished: %s"
                            .formatted(row.name(), reason));
            return;
        }
        openPools.fail(row.id(), reason);
        differences.add(
                Kind.POOL_FAILED,
                subject(row),
                "Pool %s does not serve: %s".formatted(row.name(), reason));
    }

    /**
     * Opens the devices that carry the pool's identity.
     *
     * @return those that were intended for the pool but never formatted
     */
    private List<DeviceRow> attach(PoolRow pool, List<AttachedDevice> attached)
            throws StorageException {
        var unformatted = new ArrayList<DeviceRow>();
        StorageException lost = null;
        for (var row : pools.devices(pool.id())) {
            try {
                attach(pool, row, attached, unformatted);
            } catch (StorageException e) {
                lost = e;
                differences.add(
                        Kind.DEVICE_MISSING,
                        subject(pool),
                        "Device %s of pool %s: %s"
                                .formatted(row.path(), pool.name(), e.getMessage()));
            }
        }
        if (attached.isEmpty() && lost != null) {
            throw lost;
        }
        return unformatted;
    }

    private static void attach(
            PoolRow pool, DeviceRow row, List<AttachedDevice> attached, List<DeviceRow> unformatted)
            throws StorageException {
        boolean intended = row.state() == Lifecycle.CREATING;
        var path = Path.of(row.path());
        var device =
                intended ? DeviceFiles.openOrCreate(path, row.sizeBytes()) : DeviceFiles.open(path);
        try {
            var identity = Pools.identify(device.device());
            if (identity.isPresent() && identity.get().poolId().equals(pool.id())) {
                attached.add(device);
                return;
            }
            if (intended && identity.isEmpty() && device.device().sizeBytes() == row.sizeBytes()) {
                unformatted.add(row);
            } else {
                throw new StorageException(
                        new StorageFailure.Corrupt(
                                "%s does not say that it belongs to the pool"
                                        .formatted(row.path())));
            }
        } catch (StorageException | RuntimeException e) {
            DeviceFiles.close(List.of(device));
            throw e;
        }
        DeviceFiles.close(List.of(device));
    }

    private Pool openOrFormat(
            PoolRow row, List<AttachedDevice> attached, List<DeviceRow> unformatted)
            throws StorageException {
        if (row.state() == Lifecycle.ONLINE || unformatted.isEmpty()) {
            return Pools.open(List.copyOf(attached));
        }
        // Nothing was promised to anybody yet: the creation starts again on its own devices.
        for (var device : unformatted) {
            attached.add(DeviceFiles.open(Path.of(device.path())));
        }
        unformatted.clear();
        return Pools.format(
                new PoolSpec(row.id(), row.name(), row.extentBytes(), row.grainBytes()),
                List.copyOf(attached));
    }

    private void addMissing(PoolRow row, Pool pool, List<DeviceRow> unformatted) {
        for (var device : unformatted) {
            var path = Path.of(device.path());
            var attached = new ArrayList<AttachedDevice>();
            try {
                attached.add(DeviceFiles.open(path));
                pool.addDevice(attached.getFirst());
                differences.add(
                        Kind.DEVICE_FINISHED,
                        subject(row),
                        "Adding device %s to pool %s had been cut off; it is finished now"
                                .formatted(path, row.name()));
            } catch (StorageException e) {
                DeviceFiles.close(attached);
                DeviceFiles.remove(path);
                pools.deleteDevice(device.id());
                differences.add(
                        Kind.DEVICE_UNDONE,
                        subject(row),
                        "Adding device %s to pool %s had been cut off and cannot be finished: %s"
                                .formatted(path, row.name(), e.getMessage()));
            }
        }
    }

    private void report(PoolRow row, Pool pool) {
        if (row.state() == Lifecycle.CREATING) {
            differences.add(
                    Kind.POOL_FINISHED,
                    subject(row),
                    "The creation of pool %s had been cut off; it is finished now"
                            .formatted(row.name()));
        }
        for (var damage : pool.recovery().damage()) {
            differences.add(Kind.POOL_DAMAGED, subject(row), damage);
        }
        Set<UUID> remembered =
                pools.devices(row.id()).stream()
                        .map(DeviceRow::identity)
                        .collect(Collectors.toSet());
        for (var device : pool.devices()) {
            if (!remembered.contains(device.id())) {
                differences.add(
                        Kind.DEVICE_MISSING,
                        subject(row),
                        "Pool %s has a device %s that the database does not know"
                                .formatted(row.name(), device.id()));
            }
        }
    }

    private static String subject(PoolRow row) {
        return "pools/" + row.name();
    }
}

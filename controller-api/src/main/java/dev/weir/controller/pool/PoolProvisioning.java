package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.controller.event.EventLog;
import dev.weir.controller.intent.Step;
import dev.weir.controller.intent.StepObserver;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemException;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import dev.weir.db.DeviceRow;
import dev.weir.db.Lifecycle;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Pools;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Makes pools and adds devices to them: intent, engine, row. */
@Component
public class PoolProvisioning {
    private final PoolStore pools;
    private final OpenPools openPools;
    private final DevicePath devicePath;
    private final EventLog events;
    private final StepObserver steps;
    private final Clock clock;

    PoolProvisioning(
            PoolStore pools,
            OpenPools openPools,
            DevicePath devicePath,
            EventLog events,
            StepObserver steps,
            Clock clock) {
        this.pools = pools;
        this.openPools = openPools;
        this.devicePath = devicePath;
        this.events = events;
        this.steps = steps;
        this.clock = clock;
    }

    /** Creates a pool; a repetition with the same id finds the first one's work. */
    public PoolRow create(UUID id, NewPool request) throws StorageException {
        var wanted = request.checked();
        var existing = pools.byName(wanted.name());
        if (existing.isPresent()) {
            if (existing.get().id().equals(id)) {
                return existing.get();
            }
            throw nameTaken(wanted.name());
        }
        var paths = realPaths(wanted.devices());
        var pool =
                new PoolRow(
                        id,
                        wanted.name(),
                        wanted.extentBytes(),
                        wanted.grainBytes(),
                        Lifecycle.CREATING,
                        clock.instant());
        var lock = openPools.lock(id);
        lock.lock();
        try {
            intend(pool, wanted.devices(), paths);
            steps.reached(Step.POOL_INTENDED);
            var open = format(pool);
            steps.reached(Step.POOL_FORMATTED);
            finish(pool, open);
            steps.reached(Step.POOL_ONLINE);
        } finally {
            lock.unlock();
        }
        events.append(
                "pool.created",
                "pools/" + pool.name(),
                "Pool %s on %d devices".formatted(pool.name(), paths.size()));
        return pool;
    }

    /** Adds a device to a pool that serves. */
    public void addDevice(PoolRow pool, UUID id, NewDevice request) throws StorageException {
        var wanted = NewDevice.check(request);
        if (pools.devices(pool.id()).stream().anyMatch(device -> device.id().equals(id))) {
            return;
        }
        var path = devicePath.check(wanted.path());
        var lock = openPools.lock(pool.id());
        lock.lock();
        try {
            var open = openPools.require(pool);
            var row = insertDevice(pool.id(), id, path, wanted.sizeBytes());
            steps.reached(Step.DEVICE_INTENDED);
            var added = add(open, row);
            steps.reached(Step.DEVICE_ADDED);
            pools.deviceOnline(row.id(), added.id());
            steps.reached(Step.DEVICE_ONLINE);
        } finally {
            lock.unlock();
        }
        events.append(
                "device.added",
                "pools/" + pool.name(),
                "Device %s of %d bytes added to pool %s"
                        .formatted(path, wanted.sizeBytes(), pool.name()));
    }

    /** Lets a formatted or opened pool serve, and its rows say so. */
    public void finish(PoolRow pool, Pool open) {
        for (var row : pools.devices(pool.id())) {
            if (row.state() == Lifecycle.CREATING) {
                open.devices().stream()
                        .filter(device -> device.path().equals(row.path()))
                        .findFirst()
                        .ifPresent(device -> pools.deviceOnline(row.id(), device.id()));
            }
        }
        if (pool.state() == Lifecycle.CREATING) {
            pools.online(pool.id());
        }
        openPools.serve(open);
    }

    private List<Path> realPaths(List<NewDevice.Checked> devices) {
        var paths = devices.stream().map(device -> devicePath.check(device.path())).toList();
        if (new HashSet<>(paths).size() < paths.size()) {
            throw Problems.invalid(
                    "devices", "A path is given twice.", "Give each device a path of its own.");
        }
        return paths;
    }

    private void intend(PoolRow pool, List<NewDevice.Checked> devices, List<Path> paths) {
        if (!pools.insert(pool)) {
            throw nameTaken(pool.name());
        }
        try {
            for (int i = 0; i < paths.size(); i++) {
                insertDevice(
                        pool.id(), UUID.randomUUID(), paths.get(i), devices.get(i).sizeBytes());
            }
        } catch (ProblemException e) {
            pools.delete(pool.id());
            throw e;
        }
    }

    private DeviceRow insertDevice(UUID poolId, UUID id, Path path, long sizeBytes) {
        var row =
                new DeviceRow(
                        id,
                        poolId,
                        null,
                        path.toString(),
                        sizeBytes,
                        Lifecycle.CREATING,
                        clock.instant());
        if (!pools.insertDevice(row)) {
            throw new Problem(
                            ProblemType.DEVICE_IN_USE,
                            "The path %s is a device already.".formatted(path),
                            "A pool of this controller has a device at this path.",
                            "Choose another path.")
                    .with("device", path.toString())
                    .exception();
        }
        return row;
    }

    /** Formats the devices of an intended pool; if that fails nothing is left of it. */
    private Pool format(PoolRow pool) throws StorageException {
        var rows = pools.devices(pool.id());
        var attached = new ArrayList<AttachedDevice>();
        try {
            for (var row : rows) {
                attached.add(DeviceFiles.create(Path.of(row.path()), row.sizeBytes()));
            }
            return Pools.format(
                    new PoolSpec(pool.id(), pool.name(), pool.extentBytes(), pool.grainBytes()),
                    List.copyOf(attached));
        } catch (StorageException | RuntimeException e) {
            DeviceFiles.close(attached);
            attached.forEach(device -> DeviceFiles.remove(Path.of(device.path())));
            pools.delete(pool.id());
            throw e;
        }
    }

    private PoolDevice add(Pool pool, DeviceRow row) throws StorageException {
        var path = Path.of(row.path());
        var attached = new ArrayList<AttachedDevice>();
        try {
            attached.add(DeviceFiles.create(path, row.sizeBytes()));
            return pool.addDevice(attached.getFirst());
        } catch (StorageException | RuntimeException e) {
            DeviceFiles.close(attached);
            attached.forEach(device -> DeviceFiles.remove(path));
            pools.deleteDevice(row.id());
            throw e;
        }
    }

    private static ProblemException nameTaken(String name) {
        return new Problem(
                        ProblemType.NAME_TAKEN,
                        "There is a pool named %s already.".formatted(name),
                        "Names of pools are unique.",
                        "Choose another name.")
                .with("pool", name)
                .exception();
    }
}

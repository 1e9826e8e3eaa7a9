package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.controller.event.EventLog;
import dev.weir.controller.problem.Problems;
import dev.weir.db.DeviceRow;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.PoolIdentity;
import dev.weir.engine.Pools;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Attaches devices of a pool again that were missing or had failed, at their old place or at
 * another.
 */
@Component
class ReturningDevices {
    private final PoolStore pools;
    private final OpenPools openPools;
    private final PoolReopening reopening;
    private final EventLog events;

    ReturningDevices(
            PoolStore pools, OpenPools openPools, PoolReopening reopening, EventLog events) {
        this.pools = pools;
        this.openPools = openPools;
        this.reopening = reopening;
        this.events = events;
    }

    /**
     * Attaches the device if it is one of this pool that does not serve.
     *
     * @return whether it was one; a device that serves, or a new one, is for others
     */
    boolean attach(PoolRow pool, NewDevice request) throws StorageException {
        if (request.path() == null) {
            throw Problems.missing("path");
        }
        var lock = openPools.lock(pool.id());
        lock.lock();
        try {
            var path = path(request.path());
            var row = path.flatMap(at -> absent(pool, at));
            if (row.isEmpty()) {
                return false;
            }
            var place = path.orElseThrow().toString();
            if (!row.get().path().equals(place)) {
                pools.deviceMoved(row.get().id(), place);
            }
            reopening.reopen(pool);
            events.append(
                    "device.attached",
                    "pools/" + pool.name(),
                    "Device %s attached to pool %s again".formatted(place, pool.name()));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The row of the device at this path, if it belongs to the pool and does not serve. */
    private Optional<DeviceRow> absent(PoolRow pool, Path path) {
        var rows = pools.devices(pool.id());
        var known = rows.stream().filter(row -> row.path().equals(path.toString())).findFirst();
        // Whoever has a device open holds a lock on its file: nobody else can look into it.
        if (known.isPresent() && state(known.get()) != PoolDevice.State.MISSING) {
            return known.filter(row -> state(row) == PoolDevice.State.FAILED);
        }
        return identity(path)
                .filter(found -> found.poolId().equals(pool.id()))
                .flatMap(found ->
                        rows.stream()
                                .filter(row -> found.deviceId().equals(row.identity()))
                                .filter(row -> state(row) == PoolDevice.State.MISSING)
                                .findFirst());
    }

    /** How the device is; none is there while its pool does not serve. */
    private PoolDevice.State state(DeviceRow row) {
        return openPools.serving(row.poolId()).stream()
                .flatMap(open -> open.devices().stream())
                .filter(device -> device.id().equals(row.identity()))
                .map(PoolDevice::state)
                .findFirst()
                .orElse(PoolDevice.State.MISSING);
    }

    private static Optional<PoolIdentity> identity(Path path) {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            var attached = DeviceFiles.open(path);
            try {
                return Pools.identify(attached.device());
            } finally {
                DeviceFiles.close(List.of(attached));
            }
        } catch (StorageException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> path(String text) {
        try {
            var path = Path.of(text);
            return path.isAbsolute() ? Optional.of(path.normalize()) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}

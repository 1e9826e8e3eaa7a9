package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.controller.pool.DeviceFiles;
import dev.weir.controller.reconcile.Difference.Kind;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.DeviceRow;
import dev.weir.db.Lifecycle;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.PoolIdentity;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Finds pools on device files of the data directory that the database does not know, as after the
 * loss of the database, and remembers them.
 */
@Component
class PoolAdoption {
    private static final Logger LOG = LoggerFactory.getLogger(PoolAdoption.class);

    private final DataDirectory directory;
    private final PoolStore pools;
    private final Differences differences;
    private final Clock clock;

    PoolAdoption(DataDirectory directory, PoolStore pools, Differences differences, Clock clock) {
        this.directory = directory;
        this.pools = pools;
        this.differences = differences;
        this.clock = clock;
    }

    private record Found(Path path, long sizeBytes, PoolIdentity identity) {}

    void adopt() {
        for (var devices : unknownDevices().values()) {
            try {
                adopt(devices);
            } catch (StorageException | RuntimeException e) {
                LOG.warn("The pool on {} cannot be adopted: {}", devices, e.getMessage());
            }
        }
    }

    private void adopt(List<Found> devices) throws StorageException {
        var identity = devices.getFirst().identity();
        var spec = spec(devices);
        var name = pools.byName(spec.name()).isEmpty() ? spec.name() : "pool-" + identity.poolId();
        pools.insert(
                new PoolRow(
                        identity.poolId(),
                        name,
                        spec.extentBytes(),
                        spec.grainBytes(),
                        Lifecycle.ONLINE,
                        clock.instant()));
        for (var device : devices) {
            pools.insertDevice(
                    new DeviceRow(
                            UUID.randomUUID(),
                            identity.poolId(),
                            device.identity().deviceId(),
                            device.path().toString(),
                            device.sizeBytes(),
                            Lifecycle.ONLINE,
                            clock.instant()));
        }
        differences.add(
                Kind.POOL_ADOPTED,
                "pools/" + name,
                "Pool %s was found on its devices; the database did not know it".formatted(name));
    }

    private static PoolSpec spec(List<Found> devices) throws StorageException {
        var attached = new ArrayList<AttachedDevice>();
        try {
            for (var device : devices) {
                attached.add(DeviceFiles.open(device.path()));
            }
            try (var pool = Pools.open(List.copyOf(attached))) {
                attached.clear();
                return pool.spec();
            }
        } finally {
            DeviceFiles.close(attached);
        }
    }

    private Map<UUID, List<Found>> unknownDevices() {
        var known = pools.allDevices().stream().map(DeviceRow::path).collect(Collectors.toSet());
        var byPool = new HashMap<UUID, List<Found>>();
        try (var files = Files.list(directory.devices())) {
            files.filter(path -> !known.contains(path.toString()))
                    .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .flatMap(path -> identify(path).stream())
                    .forEach(found ->
                            byPool.computeIfAbsent(
                                            found.identity().poolId(), _ -> new ArrayList<>())
                                    .add(found));
        } catch (IOException e) {
            LOG.warn("The directory {} cannot be searched for pools", directory.devices(), e);
        }
        return byPool;
    }

    private static Optional<Found> identify(Path path) {
        try {
            var attached = DeviceFiles.open(path);
            try {
                return Pools.identify(attached.device())
                        .map(id -> new Found(path, attached.device().sizeBytes(), id));
            } finally {
                DeviceFiles.close(List.of(attached));
            }
        } catch (StorageException e) {
            LOG.warn("The file {} cannot be looked at: {}", path, e.getMessage());
            return Optional.empty();
        }
    }
}

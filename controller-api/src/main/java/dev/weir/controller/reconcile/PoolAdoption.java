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
import dev.weir.engine.Limits;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Finds pools and devices on device files of the data directory that the database does not know, as
 * after the loss of the database or of its last changes, and remembers them.
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
        var known = pools.byId(identity.poolId());
        if (known.isPresent()) {
            remember(devices);
            for (var device : devices) {
                differences.add(
                        Kind.POOL_ADOPTED,
                        "pools/" + known.get().name(),
                        "Device %s says that it belongs to pool %s; the database did not know it"
                                .formatted(device.path(), known.get().name()));
            }
            return;
        }
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
        remember(devices);
        differences.add(
                Kind.POOL_ADOPTED,
                "pools/" + name,
                "Pool %s was found on its devices; the database did not know it".formatted(name));
    }

    private void remember(List<Found> devices) {
        for (var device : devices) {
            pools.insertDevice(
                    new DeviceRow(
                            UUID.randomUUID(),
                            device.identity().poolId(),
                            device.identity().deviceId(),
                            device.path().toString(),
                            device.sizeBytes(),
                            Lifecycle.ONLINE,
                            clock.instant()));
        }
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
        var rows = pools.allDevices();
        var known = rows.stream().map(DeviceRow::path).collect(Collectors.toSet());
        // A copy of a device that is known would be taken for the device itself.
        var identities = rows.stream().map(DeviceRow::identity).collect(Collectors.toSet());
        var byPool = new HashMap<UUID, List<Found>>();
        for (var place : places()) {
            try (var files = Files.list(place)) {
                files.filter(path -> !known.contains(path.toString()))
                        .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                        .filter(PoolAdoption::mayBeDevice)
                        .flatMap(path -> identify(path).stream())
                        .filter(found -> identities.add(found.identity().deviceId()))
                        .forEach(found ->
                                byPool.computeIfAbsent(
                                                found.identity().poolId(), _ -> new ArrayList<>())
                                        .add(found));
            } catch (IOException e) {
                LOG.warn("The directory {} cannot be searched for pools", place, e);
            }
        }
        return byPool;
    }

    /** Where devices may be that nobody remembers: beside those that somebody does. */
    private Set<Path> places() {
        var places = new LinkedHashSet<Path>();
        places.add(directory.devices());
        for (var device : pools.allDevices()) {
            var parent = Path.of(device.path()).getParent();
            if (parent != null && Files.isDirectory(parent)) {
                places.add(parent);
            }
        }
        return places;
    }

    private static boolean mayBeDevice(Path path) {
        return path.toFile().length() >= Limits.MIN_DEVICE_BYTES;
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

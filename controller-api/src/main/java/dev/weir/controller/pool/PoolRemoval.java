package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.controller.event.EventLog;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.db.DeviceRow;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeStore;
import dev.weir.engine.Pools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Deletes pools without volumes. Their device files are emptied first: a pool that only the
 * database forgot would be found again at the next start. A crash in between leaves a failed pool,
 * which can be deleted again. A file that does not say that it belongs to the pool is never
 * touched.
 */
@Component
class PoolRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(PoolRemoval.class);

    private final PoolStore pools;
    private final VolumeStore volumes;
    private final OpenPools openPools;
    private final EventLog events;

    PoolRemoval(PoolStore pools, VolumeStore volumes, OpenPools openPools, EventLog events) {
        this.pools = pools;
        this.volumes = volumes;
        this.openPools = openPools;
        this.events = events;
    }

    void delete(PoolRow pool, boolean deleteFiles) throws StorageException {
        var lock = openPools.lock(pool.id());
        lock.lock();
        try {
            if (pools.byId(pool.id()).isEmpty()) {
                return; // somebody else was faster
            }
            requireEmpty(pool);
            openPools.close(pool.id(), "it is being deleted");
            for (var device : pools.devices(pool.id())) {
                empty(pool, device, deleteFiles);
            }
            pools.delete(pool.id());
            openPools.forget(pool.id());
        } finally {
            lock.unlock();
        }
        events.append(
                "pool.deleted", "pools/" + pool.name(), "Pool %s deleted".formatted(pool.name()));
    }

    private void requireEmpty(PoolRow pool) {
        long count = volumes.count(pool.id());
        if (count > 0) {
            throw new Problem(
                            ProblemType.POOL_NOT_EMPTY,
                            "The pool %s has %d volumes.".formatted(pool.name(), count),
                            "A pool is deleted only when nothing is on it.",
                            "Delete its volumes first.")
                    .with("pool", pool.name())
                    .exception();
        }
    }

    private static void empty(PoolRow pool, DeviceRow row, boolean remove) throws StorageException {
        var path = Path.of(row.path());
        if (!belongs(pool, path)) {
            LOG.warn("The file {} is left alone: it does not belong to the deleted pool", path);
            return;
        }
        DeviceFiles.empty(path);
        if (remove) {
            DeviceFiles.remove(path);
        }
    }

    private static boolean belongs(PoolRow pool, Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try {
            var attached = DeviceFiles.open(path);
            try {
                return Pools.identify(attached.device())
                        .filter(found -> found.poolId().equals(pool.id()))
                        .isPresent();
            } finally {
                DeviceFiles.close(List.of(attached));
            }
        } catch (StorageException e) {
            LOG.warn("The file {} cannot be looked at: {}", path, e.getMessage());
            return false;
        }
    }
}

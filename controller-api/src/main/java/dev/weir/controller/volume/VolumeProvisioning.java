package dev.weir.controller.volume;

import dev.weir.blockio.StorageException;
import dev.weir.controller.event.EventLog;
import dev.weir.controller.intent.Step;
import dev.weir.controller.intent.StepObserver;
import dev.weir.controller.json.Names;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemException;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import dev.weir.db.ExportStore;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeState;
import dev.weir.db.VolumeStore;
import dev.weir.engine.Pool;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Creates, changes and deletes volumes: intent, engine, row. */
@Component
class VolumeProvisioning {
    private final PoolStore pools;
    private final VolumeStore volumes;
    private final ExportStore exports;
    private final OpenPools openPools;
    private final EventLog events;
    private final StepObserver steps;
    private final Clock clock;

    VolumeProvisioning(
            PoolStore pools,
            VolumeStore volumes,
            ExportStore exports,
            OpenPools openPools,
            EventLog events,
            StepObserver steps,
            Clock clock) {
        this.pools = pools;
        this.volumes = volumes;
        this.exports = exports;
        this.openPools = openPools;
        this.events = events;
        this.steps = steps;
        this.clock = clock;
    }

    /** Creates a volume; a repetition with the same id finds the first one's work. */
    VolumeRow create(UUID id, NewVolume request) throws StorageException {
        var name = Names.check(request.name());
        var existing = volumes.byId(id);
        if (existing.isPresent()) {
            return existing.get();
        }
        var pool = poolOf(request);
        var lock = openPools.lock(pool.id());
        lock.lock();
        try {
            var open = openPools.require(pool);
            var volume =
                    new VolumeRow(
                            id,
                            name,
                            pool.id(),
                            VolumeSizes.check(request.size(), open.spec()),
                            VolumeState.CREATING,
                            clock.instant(),
                            0);
            create(open, volume);
        } finally {
            lock.unlock();
        }
        events.append(
                "volume.created",
                "volumes/" + name,
                "Volume %s created in pool %s".formatted(name, pool.name()));
        return require(id, name);
    }

    private void create(Pool pool, VolumeRow volume) throws StorageException {
        if (!volumes.insert(volume)) {
            throw nameTaken(volume.name());
        }
        steps.reached(Step.VOLUME_INTENDED);
        try {
            pool.createVolume(new VolumeSpec(volume.id(), volume.name(), volume.sizeBytes()));
        } catch (StorageException | RuntimeException e) {
            volumes.delete(List.of(volume.id()));
            throw e;
        }
        steps.reached(Step.VOLUME_CREATED);
        volumes.setState(List.of(volume.id()), VolumeState.ONLINE);
        steps.reached(Step.VOLUME_ONLINE);
    }

    /**
     * Changes size and name. The size is the engine's to say: it is changed there first, since a
     * shrink may be refused. The name is the database's, which keeps it unique.
     */
    VolumeRow change(VolumeRow volume, @Nullable String ifMatch, VolumeChange change)
            throws StorageException {
        var lock = openPools.lock(volume.poolId());
        lock.lock();
        try {
            var current = require(volume.id(), volume.name());
            EntityTag.check(ifMatch, current);
            return changeLocked(current, change);
        } finally {
            lock.unlock();
        }
    }

    private VolumeRow changeLocked(VolumeRow current, VolumeChange change) throws StorageException {
        var name = change.name() == null ? current.name() : Names.check(change.name());
        boolean renamed = !name.equals(current.name());
        if (renamed) {
            checkRename(current, name);
        }
        var served = requireOnline(current);
        long size =
                change.size() == null
                        ? current.sizeBytes()
                        : VolumeSizes.check(change.size(), poolSpec(current));
        boolean resized = size != served.sizeBytes();
        if (resized) {
            served.resize(size);
            steps.reached(Step.VOLUME_RESIZED);
        }
        if (renamed || size != current.sizeBytes()) {
            if (!volumes.update(current.id(), name, size)) {
                volumes.update(current.id(), current.name(), size);
                throw nameTaken(name);
            }
            steps.reached(Step.VOLUME_RENAMED);
        }
        if (renamed) {
            served.rename(name);
            events.append(
                    "volume.renamed",
                    "volumes/" + name,
                    "Volume %s renamed to %s".formatted(current.name(), name));
        }
        if (resized) {
            events.append(
                    "volume.resized",
                    "volumes/" + name,
                    "Volume %s now has %d bytes".formatted(name, size));
        }
        return require(current.id(), name);
    }

    void delete(VolumeRow volume, @Nullable String ifMatch) throws StorageException {
        var pool = pool(volume);
        var lock = openPools.lock(volume.poolId());
        lock.lock();
        try {
            var current = require(volume.id(), volume.name());
            EntityTag.check(ifMatch, current);
            checkNotExported(current);
            var open = openPools.require(pool);
            volumes.setState(List.of(current.id()), VolumeState.DELETING);
            steps.reached(Step.VOLUME_DELETING);
            open.deleteVolume(current.id());
            steps.reached(Step.VOLUME_DELETED);
            volumes.delete(List.of(current.id()));
            steps.reached(Step.VOLUME_FORGOTTEN);
        } finally {
            lock.unlock();
        }
        events.append(
                "volume.deleted",
                "volumes/" + volume.name(),
                "Volume %s deleted".formatted(volume.name()));
    }

    private PoolRow poolOf(NewVolume request) {
        var name = request.pool();
        if (name == null) {
            throw Problems.missing("pool");
        }
        return pools.byName(name).orElseThrow(() -> Problems.unknownPool(name));
    }

    private PoolRow pool(VolumeRow volume) {
        return pools.byId(volume.poolId()).orElseThrow();
    }

    private dev.weir.engine.PoolSpec poolSpec(VolumeRow volume) {
        return openPools.require(pool(volume)).spec();
    }

    private VolumeRow require(UUID id, String name) {
        return volumes.byId(id).orElseThrow(() -> Problems.unknownVolume(name));
    }

    private Volume requireOnline(VolumeRow volume) {
        return openPools
                .require(pool(volume))
                .volume(volume.id())
                .filter(_ -> volume.state() == VolumeState.ONLINE)
                .orElseThrow(() ->
                        new Problem(
                                        ProblemType.VOLUME_NOT_ONLINE,
                                        "The volume %s is not online.".formatted(volume.name()),
                                        "Its state is %s.".formatted(volume.state()),
                                        "GET /api/v1/status says what is amiss; a volume that is missing can be deleted.")
                                .with("volume", volume.name())
                                .exception());
    }

    private void checkRename(VolumeRow volume, String name) {
        checkNotExported(volume);
        if (volumes.byName(name).isPresent()) {
            throw nameTaken(name);
        }
    }

    private void checkNotExported(VolumeRow volume) {
        if (!exports.ofVolumes(List.of(volume.id())).isEmpty()) {
            throw new Problem(
                            ProblemType.VOLUME_EXPORTED,
                            "The volume %s is exported.".formatted(volume.name()),
                            "Clients know it by this name and may be using it.",
                            "Delete its exports first.")
                    .with("volume", volume.name())
                    .exception();
        }
    }

    private static ProblemException nameTaken(String name) {
        return new Problem(
                        ProblemType.NAME_TAKEN,
                        "There is a volume named %s already.".formatted(name),
                        "Names of volumes are unique across pools.",
                        "Choose another name.")
                .with("volume", name)
                .exception();
    }
}

package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.controller.reconcile.Difference.Kind;
import dev.weir.db.PoolRow;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeState;
import dev.weir.db.VolumeStore;
import dev.weir.engine.Pool;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Brings the volumes of one open pool and their rows together. Creations and deletions that were
 * cut off are finished; a volume without a row is adopted; a row without a volume is marked as
 * missing. Sizes are the engine's to say, names the database's.
 */
@Component
class VolumeReconciler {
    private final VolumeStore volumes;
    private final Differences differences;
    private final Clock clock;

    VolumeReconciler(VolumeStore volumes, Differences differences, Clock clock) {
        this.volumes = volumes;
        this.differences = differences;
        this.clock = clock;
    }

    /** What is to be written to the rows of a pool, gathered to be written at once. */
    private record Outcome(List<UUID> online, List<UUID> missing, List<UUID> deleted) {
        Outcome() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Reconciles the rows, which are all those of this pool; one that fails stops no other. */
    void reconcile(PoolRow poolRow, Pool pool, List<VolumeRow> rows) {
        var found =
                pool.volumes().stream().collect(Collectors.toMap(Volume::id, Function.identity()));
        var outcome = new Outcome();
        for (var row : rows) {
            var volume = found.remove(row.id());
            attempt(row.name(), () -> reconcile(pool, row, volume, outcome));
        }
        setState(outcome.online(), VolumeState.ONLINE);
        setState(outcome.missing(), VolumeState.MISSING);
        if (!outcome.deleted().isEmpty()) {
            volumes.delete(outcome.deleted());
        }
        for (var volume : found.values()) {
            attempt(volume.name(), () -> adopt(poolRow, volume));
        }
    }

    private void reconcile(Pool pool, VolumeRow row, @Nullable Volume volume, Outcome outcome)
            throws StorageException {
        switch (row.state()) {
            case CREATING -> {
                var spec = new VolumeSpec(row.id(), row.name(), row.sizeBytes());
                align(row, pool.createVolume(spec));
                outcome.online().add(row.id());
                report(row, Kind.VOLUME_FINISHED, "its creation had been cut off");
            }
            case DELETING -> {
                pool.deleteVolume(row.id());
                outcome.deleted().add(row.id());
                report(row, Kind.VOLUME_DELETED, "its deletion had been cut off");
            }
            case ONLINE, MISSING -> {
                if (volume == null) {
                    outcome.missing().add(row.id());
                    report(row, Kind.VOLUME_MISSING, "its pool does not have it");
                    return;
                }
                align(row, volume);
                if (row.state() == VolumeState.MISSING) {
                    outcome.online().add(row.id());
                    report(row, Kind.VOLUME_FOUND, "it was missing and is back");
                }
            }
        }
    }

    private interface Attempt {
        void make() throws StorageException;
    }

    private void attempt(String name, Attempt attempt) {
        try {
            attempt.make();
        } catch (StorageException e) {
            differences.add(
                    Kind.VOLUME_FAILED,
                    "volumes/" + name,
                    "Volume %s could not be compared: %s".formatted(name, e.getMessage()));
        }
    }

    private void align(VolumeRow row, Volume volume) throws StorageException {
        if (volume.sizeBytes() != row.sizeBytes()) {
            volumes.update(row.id(), row.name(), volume.sizeBytes());
            report(
                    row,
                    Kind.VOLUME_RESIZED,
                    "it has %d bytes, not %d".formatted(volume.sizeBytes(), row.sizeBytes()));
        }
        var known = volume.name();
        if (!known.equals(row.name())) {
            volume.rename(row.name());
            report(row, Kind.VOLUME_RENAMED, "its pool knew it as " + known);
        }
    }

    private void adopt(PoolRow pool, Volume volume) throws StorageException {
        var row =
                new VolumeRow(
                        volume.id(),
                        volume.name(),
                        pool.id(),
                        volume.sizeBytes(),
                        VolumeState.ONLINE,
                        clock.instant(),
                        0);
        if (!volumes.insert(row)) {
            var name = "volume-" + volume.id();
            volume.rename(name);
            row =
                    new VolumeRow(
                            volume.id(),
                            name,
                            pool.id(),
                            volume.sizeBytes(),
                            VolumeState.ONLINE,
                            clock.instant(),
                            0);
            volumes.insert(row);
        }
        report(row, Kind.VOLUME_ADOPTED, "the database did not know it");
    }

    private void setState(List<UUID> ids, VolumeState state) {
        if (!ids.isEmpty()) {
            volumes.setState(ids, state);
        }
    }

    private void report(VolumeRow row, Kind kind, String what) {
        differences.add(kind, "volumes/" + row.name(), "Volume %s: %s".formatted(row.name(), what));
    }
}

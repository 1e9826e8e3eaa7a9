package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.controller.export.PublishedExports;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.reconcile.Difference.Kind;
import dev.weir.db.ExportStore;
import dev.weir.db.JobState;
import dev.weir.db.JobStore;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeStore;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Brings what the devices hold and what the database says together, before anybody is served. Runs
 * once at each start, as a job.
 */
@Component
public class Reconciler {
    private final PoolStore pools;
    private final VolumeStore volumes;
    private final ExportStore exports;
    private final JobStore jobs;
    private final OpenPools openPools;
    private final PublishedExports published;
    private final PoolAdoption adoption;
    private final PoolReconciler poolReconciler;
    private final VolumeReconciler volumeReconciler;
    private final Differences differences;
    private final Clock clock;

    Reconciler(
            PoolStore pools,
            VolumeStore volumes,
            ExportStore exports,
            JobStore jobs,
            OpenPools openPools,
            PublishedExports published,
            PoolAdoption adoption,
            PoolReconciler poolReconciler,
            VolumeReconciler volumeReconciler,
            Differences differences,
            Clock clock) {
        this.pools = pools;
        this.volumes = volumes;
        this.exports = exports;
        this.jobs = jobs;
        this.openPools = openPools;
        this.published = published;
        this.adoption = adoption;
        this.poolReconciler = poolReconciler;
        this.volumeReconciler = volumeReconciler;
        this.differences = differences;
        this.clock = clock;
    }

    public void run() {
        jobs.interruptRunning(clock.instant());
        var job = UUID.randomUUID();
        jobs.start(job, "reconcile", "Devices and database are compared", clock.instant());
        adoption.adopt();
        var poolRows = pools.all();
        var byPool = volumes.all().stream().collect(Collectors.groupingBy(VolumeRow::poolId));
        for (var pool : poolRows) {
            poolReconciler.reconcile(pool);
            reconcileVolumes(pool, byPool.getOrDefault(pool.id(), List.of()));
        }
        publishExports();
        jobs.finish(
                job,
                JobState.SUCCEEDED,
                "%d pools, %d volumes, %d differences"
                        .formatted(poolRows.size(), volumes.count(), differences.found().size()),
                clock.instant());
    }

    private void reconcileVolumes(PoolRow row, List<VolumeRow> rows) {
        openPools
                .serving(row.id())
                .ifPresent(pool -> {
                    try {
                        volumeReconciler.reconcile(row, pool, rows);
                    } catch (StorageException e) {
                        differences.add(
                                Kind.POOL_DAMAGED,
                                "pools/" + row.name(),
                                "The volumes of pool %s could not be compared: %s"
                                        .formatted(row.name(), e.getMessage()));
                    }
                });
    }

    private void publishExports() {
        Map<UUID, VolumeRow> byId =
                volumes.all().stream()
                        .collect(Collectors.toMap(VolumeRow::id, Function.identity()));
        for (var export : exports.all()) {
            var volume = byId.get(export.volumeId());
            var served =
                    volume == null
                            ? java.util.Optional.<dev.weir.engine.Volume>empty()
                            : openPools.volume(volume.poolId(), volume.id());
            served.ifPresentOrElse(
                    device -> published.publish(export, device),
                    () ->
                            differences.add(
                                    Kind.EXPORT_OFFLINE,
                                    "volumes/" + export.name(),
                                    "Export %s is offline: its volume is not there"
                                            .formatted(export.name())));
        }
    }
}

package dev.weir.controller.reconcile;

import dev.weir.controller.pool.OpenPools;
import dev.weir.db.JobState;
import dev.weir.db.JobStore;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeStore;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
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
    private final JobStore jobs;
    private final OpenPools openPools;
    private final PoolAdoption adoption;
    private final PoolReconciler poolReconciler;
    private final VolumeReconciler volumeReconciler;
    private final ExportReconciler exports;
    private final Differences differences;
    private final Clock clock;

    Reconciler(
            PoolStore pools,
            VolumeStore volumes,
            JobStore jobs,
            OpenPools openPools,
            PoolAdoption adoption,
            PoolReconciler poolReconciler,
            VolumeReconciler volumeReconciler,
            ExportReconciler exports,
            Differences differences,
            Clock clock) {
        this.pools = pools;
        this.volumes = volumes;
        this.exports = exports;
        this.jobs = jobs;
        this.openPools = openPools;
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
            openPools
                    .serving(pool.id())
                    .ifPresent(open ->
                            volumeReconciler.reconcile(
                                    pool, open, byPool.getOrDefault(pool.id(), List.of())));
        }
        exports.publishAll();
        jobs.finish(
                job,
                JobState.SUCCEEDED,
                "%d pools, %d volumes, %d differences"
                        .formatted(poolRows.size(), volumes.count(), differences.found().size()),
                clock.instant());
    }
}

package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolReopening;
import dev.weir.db.PoolRow;
import dev.weir.db.VolumeStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Does for one pool, while the others go on, what a start does for all. */
@Component
class Reopening implements PoolReopening {
    private static final Logger LOG = LoggerFactory.getLogger(Reopening.class);

    private final VolumeStore volumes;
    private final OpenPools openPools;
    private final PoolReconciler poolReconciler;
    private final VolumeReconciler volumeReconciler;
    private final ExportReconciler exports;

    Reopening(
            VolumeStore volumes,
            OpenPools openPools,
            PoolReconciler poolReconciler,
            VolumeReconciler volumeReconciler,
            ExportReconciler exports) {
        this.volumes = volumes;
        this.openPools = openPools;
        this.poolReconciler = poolReconciler;
        this.volumeReconciler = volumeReconciler;
        this.exports = exports;
    }

    @Override
    public void reopen(PoolRow pool) throws StorageException {
        exports.withdraw(pool.id());
        try {
            openPools.close(pool.id(), "it is being opened anew");
        } catch (StorageException e) {
            // A pool is opened anew because something of it failed: its last checkpoint may fail
            // too.
            LOG.warn("Pool {} was closed as it is: {}", pool.name(), e.getMessage());
        }
        poolReconciler.reconcile(pool);
        var rows = volumes.all().stream().filter(row -> row.poolId().equals(pool.id())).toList();
        openPools
                .serving(pool.id())
                .ifPresent(open -> volumeReconciler.reconcile(pool, open, rows));
        exports.publish(pool.id());
    }
}

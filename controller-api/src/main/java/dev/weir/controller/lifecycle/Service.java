package dev.weir.controller.lifecycle;

import dev.weir.controller.export.IscsiEndpoint;
import dev.weir.controller.export.NbdEndpoint;
import dev.weir.controller.extent.ExtentInventory;
import dev.weir.controller.health.StateWatch;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.reconcile.DefaultPool;
import dev.weir.controller.reconcile.Reconciler;
import dev.weir.controller.settings.StartupException;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Serves storage between the start and the stop of the application.
 *
 * <pre>
 *   start:  reconcile ─► default pool ─► inventory ─► NBD, iSCSI ─► watch ─► (web server)
 *   stop:   (web server) ─► NBD, iSCSI drained ─► inventory ─► pools closed ─► (database)
 * </pre>
 */
@Component
class Service implements SmartLifecycle {
    private final Reconciler reconciler;
    private final DefaultPool defaultPool;
    private final OpenPools pools;
    private final ExtentInventory inventory;
    private final NbdEndpoint nbd;
    private final IscsiEndpoint iscsi;
    private final StateWatch watch;

    private volatile boolean running;

    Service(
            Reconciler reconciler,
            DefaultPool defaultPool,
            OpenPools pools,
            ExtentInventory inventory,
            NbdEndpoint nbd,
            IscsiEndpoint iscsi,
            StateWatch watch) {
        this.reconciler = reconciler;
        this.defaultPool = defaultPool;
        this.pools = pools;
        this.inventory = inventory;
        this.nbd = nbd;
        this.iscsi = iscsi;
        this.watch = watch;
    }

    @Override
    public void start() {
        running = true;
        try {
            reconciler.run();
            defaultPool.createIfNone();
            inventory.start();
            nbd.listen();
            iscsi.listen();
            watch.start();
        } catch (StartupException e) {
            stop();
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    @Override
    public void stop() {
        running = false;
        nbd.close();
        iscsi.close();
        try {
            watch.stop();
            inventory.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pools.closeAll();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before the web server starts, after it stops. */
    @Override
    public int getPhase() {
        return 0;
    }
}

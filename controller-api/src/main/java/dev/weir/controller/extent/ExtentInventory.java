package dev.weir.controller.extent;

import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.ExtentRow;
import dev.weir.db.ExtentStore;
import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.Pool;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Keeps the rows of extents up with the engine, on a thread of its own and never in the way of I/O.
 * It looks about once a second whether anything changed, and rests longer where a round takes long,
 * so that it costs a tenth of a core at most.
 */
@Component
public class ExtentInventory implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ExtentInventory.class);
    private static final Duration MIN_REST = Duration.ofSeconds(1);
    private static final int REST_FACTOR = 9;

    private final OpenPools pools;
    private final ExtentStore extents;
    private final DataDirectory directory;
    private final Map<UUID, Long> revisions = new ConcurrentHashMap<>();

    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    ExtentInventory(OpenPools pools, ExtentStore extents, DataDirectory directory) {
        this.directory = directory;
        this.pools = pools;
        this.extents = extents;
    }

    public void start() {
        thread = Thread.ofPlatform().name("extent-inventory").daemon().start(this);
    }

    /** Ends the rounds, and makes one more so that what was written last is there. */
    public void stop() throws InterruptedException {
        var running = thread;
        if (running != null) {
            // Not by an interrupt: H2 closes its file when one hits a thread that writes.
            stopping.countDown();
            running.join();
            thread = null;
            round();
        }
    }

    @Override
    public void run() {
        try {
            Duration rest;
            do {
                long before = System.nanoTime();
                round();
                var took = Duration.ofNanos(System.nanoTime() - before);
                var wanted = took.multipliedBy(REST_FACTOR);
                rest = wanted.compareTo(MIN_REST) < 0 ? MIN_REST : wanted;
            } while (!stopping.await(rest.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("The inventory of extents ends");
        }
    }

    /** Brings the rows of every pool that changed up to date, if the database has room. */
    void round() {
        if (directory.space().admitsChanges()) {
            pools.allServing().forEach(this::round);
        }
    }

    private void round(Pool pool) {
        var id = pool.spec().id();
        long revision = pool.allocationRevision();
        Long written = revisions.get(id);
        if (written != null && written == revision) {
            return;
        }
        try {
            extents.replace(
                    id, pool.extentAllocations().stream().map(ExtentInventory::row).toList());
            revisions.put(id, revision);
        } catch (RuntimeException e) {
            LOG.error("The inventory of extents of pool {} failed", pool.spec().name(), e);
        }
    }

    private static ExtentRow row(ExtentAllocation allocation) {
        return new ExtentRow(
                allocation.extent(),
                allocation.volume(),
                allocation.device(),
                allocation.offsetBytes(),
                allocation.mappedBytes());
    }
}

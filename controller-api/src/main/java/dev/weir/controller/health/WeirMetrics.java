package dev.weir.controller.health;

import dev.weir.controller.export.NbdEndpoint;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolHealth;
import dev.weir.db.VolumeStore;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolUsage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToLongFunction;
import org.springframework.stereotype.Component;

/** What Weir adds to the metrics of the JVM and of HTTP. */
@Component
public class WeirMetrics implements MeterBinder {
    private final OpenPools pools;
    private final VolumeStore volumes;
    private final NbdEndpoint nbd;

    WeirMetrics(OpenPools pools, VolumeStore volumes, NbdEndpoint nbd) {
        this.pools = pools;
        this.volumes = volumes;
        this.nbd = nbd;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("weir.volumes", volumes, VolumeStore::count)
                .description("Volumes, in whatever state")
                .register(registry);
        Gauge.builder("weir.pools.failed", pools, all -> all.count(PoolHealth.State.FAILED))
                .description("Pools that do not serve")
                .register(registry);
        Gauge.builder("weir.pools.degraded", pools, all -> all.count(PoolHealth.State.DEGRADED))
                .description("Pools of which a part is out of reach")
                .register(registry);
        Gauge.builder("weir.nbd.clients", nbd, endpoint -> endpoint.clients().size())
                .description("Connected NBD clients")
                .register(registry);
        pools.onServing(pool -> bind(registry, pool));
    }

    private static void bind(MeterRegistry registry, Pool pool) {
        bytes(registry, pool, "total", PoolUsage::totalBytes);
        bytes(registry, pool, "allocated", PoolUsage::allocatedBytes);
        bytes(registry, pool, "free", PoolUsage::freeBytes);
        bytes(registry, pool, "mapped", PoolUsage::mappedBytes);
        bytes(registry, pool, "virtual", PoolUsage::virtualBytes);
    }

    private static void bytes(
            MeterRegistry registry, Pool pool, String what, ToLongFunction<PoolUsage> value) {
        Gauge.builder("weir.pool." + what, pool, p -> value.applyAsLong(p.usage()))
                .baseUnit("bytes")
                .tags(Tags.of("pool", pool.spec().name()))
                .register(registry);
    }
}

package dev.weir.controller.health;

import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolHealth;
import dev.weir.controller.reconcile.DefaultPool;
import dev.weir.db.PoolStore;
import java.util.Objects;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Down when a pool does not serve, degraded when a part of one is out of reach. It is no part of
 * readiness: the other pools go on, and taking the controller out of service would help nobody.
 */
@Component("pools")
class PoolsHealth implements HealthIndicator {
    /** Ranked in application.properties; answered with 200, as what is up is. */
    static final String DEGRADED = "DEGRADED";

    private final PoolStore pools;
    private final OpenPools openPools;
    private final DefaultPool defaultPool;

    PoolsHealth(PoolStore pools, OpenPools openPools, DefaultPool defaultPool) {
        this.pools = pools;
        this.openPools = openPools;
        this.defaultPool = defaultPool;
    }

    @Override
    public Health health() {
        var health = Health.up();
        var worst = PoolHealth.State.ONLINE;
        var missing = defaultPool.failure();
        if (missing.isPresent()) {
            health.withDetail(DefaultPool.NAME, missing.get());
            worst = PoolHealth.State.DEGRADED;
        }
        for (var row : pools.all()) {
            var pool = openPools.health(row.id());
            var reason = Objects.requireNonNullElse(pool.reason(), "serving");
            health.withDetail(row.name(), reason);
            worst = pool.state().compareTo(worst) > 0 ? pool.state() : worst;
        }
        return switch (worst) {
            case ONLINE -> health.build();
            case DEGRADED -> health.status(DEGRADED).build();
            case FAILED -> health.down().build();
        };
    }
}

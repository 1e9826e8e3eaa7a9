package dev.weir.controller.health;

import dev.weir.controller.pool.OpenPools;
import dev.weir.db.PoolStore;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Down when a pool does not serve. It is no part of readiness: the other pools go on, and taking
 * the controller out of service would help nobody.
 */
@Component("pools")
class PoolsHealth implements HealthIndicator {
    private final PoolStore pools;
    private final OpenPools openPools;

    PoolsHealth(PoolStore pools, OpenPools openPools) {
        this.pools = pools;
        this.openPools = openPools;
    }

    @Override
    public Health health() {
        var health = Health.up();
        for (var row : pools.all()) {
            switch (openPools.condition(row.id())) {
                case OpenPools.Condition.Serving _ -> health.withDetail(row.name(), "serving");
                case OpenPools.Condition.Failed(String reason) ->
                        health.down().withDetail(row.name(), reason);
            }
        }
        return health.build();
    }
}

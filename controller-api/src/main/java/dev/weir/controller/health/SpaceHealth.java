package dev.weir.controller.health;

import dev.weir.controller.settings.DataDirectory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Degraded while the data directory has no room for changes. */
@Component("space")
class SpaceHealth implements HealthIndicator {
    private final DataDirectory directory;

    SpaceHealth(DataDirectory directory) {
        this.directory = directory;
    }

    @Override
    public Health health() {
        var space = directory.space();
        return space.admitsChanges()
                ? Health.up().build()
                : Health.status(PoolsHealth.DEGRADED)
                        .withDetail("reason", space.complaint())
                        .build();
    }
}

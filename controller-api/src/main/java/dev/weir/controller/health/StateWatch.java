package dev.weir.controller.health;

import dev.weir.controller.event.EventLog;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolHealth;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Tells of pools and volumes that do worse, or better, than before: one thread looks at all of them
 * about once a second. What it saw last is its own.
 */
@Component
public class StateWatch implements Runnable {
    /** Events about volumes in one round; a pool with more of them speaks for itself. */
    static final int MAX_VOLUME_EVENTS = 100;

    private static final Duration REST = Duration.ofSeconds(1);
    private static final PoolHealth SOUND = new PoolHealth(PoolHealth.State.ONLINE, null, Map.of());
    private static final Logger LOG = LoggerFactory.getLogger(StateWatch.class);

    private final PoolStore pools;
    private final VolumeStore volumes;
    private final OpenPools openPools;
    private final EventLog events;
    private final FillWatch fills;
    private final Map<UUID, PoolHealth> seen = new HashMap<>();

    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    StateWatch(
            PoolStore pools,
            VolumeStore volumes,
            OpenPools openPools,
            EventLog events,
            FillWatch fills) {
        this.pools = pools;
        this.volumes = volumes;
        this.openPools = openPools;
        this.events = events;
        this.fills = fills;
    }

    public void start() {
        thread = Thread.ofPlatform().name("state-watch").daemon().start(this);
    }

    public void stop() throws InterruptedException {
        var running = thread;
        thread = null;
        if (running != null) {
            // Not by an interrupt: H2 closes its file when one hits a thread that writes.
            stopping.countDown();
            running.join();
        }
    }

    @Override
    public void run() {
        try {
            do {
                look();
            } while (!stopping.await(REST.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("The watch over states ends");
        }
    }

    /** A round that fails is made again: nothing is taken for told that was not. */
    private void look() {
        try {
            for (var pool : pools.all()) {
                var now = openPools.health(pool.id());
                var before = seen.getOrDefault(pool.id(), SOUND);
                if (!now.equals(before)) {
                    tell(pool, before, now);
                    seen.put(pool.id(), now);
                }
                fills.look(pool);
            }
        } catch (RuntimeException e) {
            LOG.warn("States could not be looked at: {}", e.getMessage());
        }
    }

    private void tell(PoolRow pool, PoolHealth before, PoolHealth now) {
        if (now.state() != before.state() || !Objects.equals(now.reason(), before.reason())) {
            var reason = now.reason();
            events.append(
                    "pool." + word(now.state()),
                    "pools/" + pool.name(),
                    reason == null
                            ? "Pool %s serves everything again".formatted(pool.name())
                            : "Pool %s: %s".formatted(pool.name(), reason));
        }
        var changed = new HashSet<>(before.volumes().keySet());
        changed.addAll(now.volumes().keySet());
        changed.removeIf(id -> state(now, id) == state(before, id));
        changed.stream()
                .limit(MAX_VOLUME_EVENTS)
                .forEach(id -> volumes.byId(id).ifPresent(row -> tell(row.name(), state(now, id))));
    }

    private void tell(String volume, PoolHealth.State state) {
        var message =
                switch (state) {
                    case ONLINE -> "All of volume %s is served again";
                    case DEGRADED -> "A part of volume %s is out of reach, or may be";
                    case FAILED -> "All data of volume %s is out of reach";
                };
        events.append("volume." + word(state), "volumes/" + volume, message.formatted(volume));
    }

    private static PoolHealth.State state(PoolHealth pool, UUID volume) {
        return pool.volumes().getOrDefault(volume, PoolHealth.State.ONLINE);
    }

    private static String word(PoolHealth.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}

package dev.weir.controller.health;

import dev.weir.controller.event.EventLog;
import dev.weir.controller.export.ExportPublication;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolFill;
import dev.weir.db.PoolRow;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Tells of pools that fill up, and of those that are roomy again: people by an event, initiators by
 * a unit attention, each once per crossing. Never in the way of data: the thread of {@link
 * StateWatch} looks. What it saw last may be read from any thread.
 */
@Component
public class FillWatch {
    private final OpenPools openPools;
    private final ExportPublication exports;
    private final EventLog events;
    private final Map<UUID, PoolFill.Level> seen = new ConcurrentHashMap<>();

    FillWatch(OpenPools openPools, ExportPublication exports, EventLog events) {
        this.openPools = openPools;
        this.exports = exports;
        this.events = events;
    }

    /** As seen last. */
    public PoolFill.Level level(UUID poolId) {
        return seen.getOrDefault(poolId, PoolFill.Level.ROOMY);
    }

    /** A pool that does not serve keeps its level: nothing can be taken from it, nor given back. */
    void look(PoolRow row) {
        var before = level(row.id());
        openPools
                .serving(row.id())
                .map(PoolFill::of)
                .filter(fill -> fill.from(before) != before)
                .ifPresent(fill -> changed(row, before, fill));
    }

    private void changed(PoolRow row, PoolFill.Level before, PoolFill fill) {
        var now = fill.from(before);
        // Remembered first: initiators are told at most once, whatever becomes of the event.
        seen.put(row.id(), now);
        if (before == PoolFill.Level.ROOMY) {
            exports.softThresholdReached(row.id());
        }
        var subject = "pools/" + row.name();
        switch (now) {
            case ROOMY ->
                    events.append(
                            "pool.roomy",
                            subject,
                            "Pool %s is %d %% full, well below its soft threshold of %d %%"
                                    .formatted(
                                            row.name(),
                                            fill.usedPercent(),
                                            PoolFill.SOFT_THRESHOLD_PERCENT));
            case FILLING ->
                    events.append(
                            "pool.filling",
                            subject,
                            "Pool %s is %d %% full; its soft threshold is %d %%"
                                    .formatted(
                                            row.name(),
                                            fill.usedPercent(),
                                            PoolFill.SOFT_THRESHOLD_PERCENT));
            case FULL ->
                    events.append(
                            "pool.full",
                            subject,
                            "Pool %s is full: writes that need new space fail"
                                    .formatted(row.name()));
        }
    }
}

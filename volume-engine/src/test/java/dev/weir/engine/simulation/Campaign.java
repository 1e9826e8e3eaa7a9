package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Many runs of one kind. System properties make it longer, or repeat one run:
 *
 * <ul>
 *   <li>{@code weir.simulation.seeds}: how many seeds
 *   <li>{@code weir.simulation.seconds}: for how long, instead
 *   <li>{@code weir.simulation.seed}: this seed and no other
 *   <li>{@code weir.simulation.logLines}: how much a report shows of what happened before
 * </ul>
 */
record Campaign(Simulation simulation, ScenarioKind kind) {

    /** Runs as many seeds as the properties say, else {@code seeds}; returns what was broken. */
    List<String> run(int seeds) throws StorageException {
        Long only = Long.getLong("weir.simulation.seed");
        if (only != null) {
            return run(List.of(only));
        }
        Integer seconds = Integer.getInteger("weir.simulation.seconds");
        int count = Integer.getInteger("weir.simulation.seeds", seeds);
        Random fresh = new Random();
        if (seconds == null) {
            return run(fresh.longs(count).boxed().toList());
        }
        List<String> broken = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            broken.addAll(run(List.of(fresh.nextLong())));
        }
        return broken;
    }

    /** Runs exactly these. */
    List<String> run(List<Long> seeds) throws StorageException {
        List<String> broken = new ArrayList<>();
        for (long seed : seeds) {
            simulation.run(kind, seed).ifPresent(violation -> broken.add(violation.getMessage()));
        }
        return broken;
    }
}

package dev.weir.engine.simulation;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@link Mutant} calls inside the classes that it loaded. */
public final class MutantRun {
    private MutantRun() {}

    /** The report of the first violation, or null if there is none. */
    public static @Nullable String firstViolation(String kind, int seeds) throws Exception {
        Simulation simulation =
                new Simulation(new ThinPoolEngine(), PlantedDeviceBug.NONE, new Counters());
        for (long seed = 1; seed <= seeds; seed++) {
            Optional<Violation> violation = simulation.run(ScenarioKind.valueOf(kind), seed);
            if (violation.isPresent()) {
                return violation.get().getMessage();
            }
        }
        return null;
    }
}

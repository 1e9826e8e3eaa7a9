package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import java.util.Optional;
import java.util.Random;

/** Runs a scenario for a seed; the same seed makes the same choices. */
record Simulation(EngineUnderTest engine, PlantedDeviceBug bug, Counters counters) {

    /** Runs one seed; returns what it broke. */
    Optional<Violation> run(ScenarioKind kind, long seed) throws StorageException {
        counters.runs.increment();
        Random random = new Random(seed);
        SimulatedPool simulated =
                new SimulatedPool(
                        engine, SimulationSettings.of(kind, random), bug, random, counters);
        try {
            kind.scenario().run(simulated, random);
            return Optional.empty();
        } catch (Violation violation) {
            return Optional.of(report(kind, seed, simulated, violation));
        } catch (StorageException | RuntimeException e) {
            Violation violation = new Violation(Violation.Promise.CALL_FAILED, e.toString(), e);
            return Optional.of(report(kind, seed, simulated, violation));
        }
    }

    private Violation report(
            ScenarioKind kind, long seed, SimulatedPool simulated, Violation violation) {
        counters.violations.increment();
        String text = simulated.log().text();
        simulated.end();
        String report = "%s, seed %d: %s%n%s".formatted(kind, seed, violation.getMessage(), text);
        return new Violation(violation.promise(), report, violation);
    }
}

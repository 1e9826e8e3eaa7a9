package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows, with a pool so simple that it is right, that the simulation sees what it must see. */
class SimulationItselfTest {
    private static final int SEEDS = 60;

    @Test
    void shouldFindNothingInASimplePoolThatIsRight() throws Exception {
        assertThat(firstViolation(SlotPool.PlantedBug.NONE, PlantedDeviceBug.NONE)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldCatchABugOfThePool(SlotPool.PlantedBug bug) throws Exception {
        assertThat(firstViolation(bug, PlantedDeviceBug.NONE)).isPresent();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldCatchADeviceThatLies(PlantedDeviceBug bug) throws Exception {
        assertThat(firstViolation(SlotPool.PlantedBug.NONE, bug)).isPresent();
    }

    @Test
    void shouldDoTheSameAgainForTheSameSeed() throws Exception {
        Optional<Violation> first = sequential(findingSeed());
        Optional<Violation> second = sequential(findingSeed());

        assertThat(first).isPresent();
        assertThat(second.map(Violation::getMessage)).isEqualTo(first.map(Violation::getMessage));
    }

    private static long findingSeed() throws Exception {
        long seed = 1;
        while (sequential(seed).isEmpty()) {
            seed++;
        }
        return seed;
    }

    private static Optional<Violation> sequential(long seed) throws Exception {
        SlotPool.Engine engine = new SlotPool.Engine(SlotPool.PlantedBug.STALE_SLOT);
        return new Simulation(engine, PlantedDeviceBug.NONE, new Counters())
                .run(ScenarioKind.SEQUENTIAL, seed);
    }

    private static Optional<Violation> firstViolation(
            SlotPool.PlantedBug poolBug, PlantedDeviceBug deviceBug) throws Exception {
        Simulation simulation =
                new Simulation(new SlotPool.Engine(poolBug), deviceBug, new Counters());
        Optional<Violation> found = Optional.empty();
        for (long seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
            found =
                    simulation.run(
                            seed % 2 == 0 ? ScenarioKind.SEQUENTIAL : ScenarioKind.CONCURRENT,
                            seed);
        }
        return found;
    }
}

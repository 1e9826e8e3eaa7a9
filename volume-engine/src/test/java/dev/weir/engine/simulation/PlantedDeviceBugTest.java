package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.simulation.Violation.Promise;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Shows that the simulation finds it when a device below the engine lies. (What the engine makes of
 * {@code fua} does not depend on that flag of its devices: it flushes.)
 */
class PlantedDeviceBugTest {
    private static final int SEEDS = 100;

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "IGNORES_FUA"})
    void shouldCatchADeviceThatLies(PlantedDeviceBug bug) throws Exception {
        Simulation simulation = new Simulation(new ThinPoolEngine(), bug, new Counters());
        Set<Promise> broken =
                Set.of(
                        Promise.READ_WRONG,
                        Promise.P1_KILL_LOST_WRITE,
                        Promise.P2_POWER_LOST_FLUSHED);

        long seed = 1;
        while (seed <= SEEDS
                && simulation
                        .run(ScenarioKind.SEQUENTIAL, seed)
                        .filter(violation -> broken.contains(violation.promise()))
                        .isEmpty()) {
            seed++;
        }

        assertThat(seed).as("the seed that shows it").isLessThanOrEqualTo(SEEDS);
    }
}

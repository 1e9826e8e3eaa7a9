package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.simulation.Violation.Promise;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows that the simulation would notice if the engine, or what lies below it, were wrong. */
class PlantedBugTest {
    private static final int SEEDS = 300;

    /** Bugs planted on purpose. */
    enum PlantedBug {
        DROPPED_FLUSH,
        SHORT_WRITE,
        FUA_IGNORED;

        Simulation simulation() {
            return switch (this) {
                case DROPPED_FLUSH -> withDevices(PlantedDeviceBug.DROPS_FLUSHES);
                case SHORT_WRITE -> withDevices(PlantedDeviceBug.WRITES_SHORT);
                case FUA_IGNORED ->
                        new Simulation(
                                new FuaIgnoringEngine(new ThinPoolEngine()),
                                PlantedDeviceBug.NONE,
                                new Counters());
            };
        }

        ScenarioKind kind() {
            return switch (this) {
                case DROPPED_FLUSH, SHORT_WRITE, FUA_IGNORED -> ScenarioKind.SEQUENTIAL;
            };
        }

        /** The promises that it breaks. */
        Set<Promise> broken() {
            return switch (this) {
                case DROPPED_FLUSH, FUA_IGNORED -> EnumSet.of(Promise.P2_POWER_LOST_FLUSHED);
                case SHORT_WRITE -> EnumSet.of(Promise.READ_WRONG, Promise.P1_KILL_LOST_WRITE);
            };
        }

        private static Simulation withDevices(PlantedDeviceBug bug) {
            return new Simulation(new ThinPoolEngine(), bug, new Counters());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCatchPlantedBug(PlantedBug bug) throws Exception {
        assertThat(seedThatCatches(bug)).isLessThanOrEqualTo(SEEDS);
    }

    /** The first seed that shows it, by a promise that it breaks. */
    private static long seedThatCatches(PlantedBug bug) throws Exception {
        Simulation simulation = bug.simulation();
        long seed = 1;
        while (seed <= SEEDS
                && simulation
                        .run(bug.kind(), seed)
                        .filter(violation -> bug.broken().contains(violation.promise()))
                        .isEmpty()) {
            seed++;
        }
        return seed;
    }
}

package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows that the simulation finds the bugs that matter, were they in the engine. */
class PlantedEngineBugTest {
    private static final int SEEDS = 200;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void shouldCatchPlantedBug(PlantedEngineBug bug) throws Exception {
        try (Mutant mutant = Mutant.plant(bug, directory)) {
            assertThat(mutant.firstViolation(bug.kind(), SEEDS)).isPresent();
        }
    }
}

package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The engine under the simulation: promises P1 to P5, for random seeds that a failure prints, and
 * for those that once found something. {@link Campaign} says how to run more of them, or one again.
 */
class CrashSimulationTest {

    @ParameterizedTest
    @CsvSource({
        "SEQUENTIAL, 50",
        "CONCURRENT, 40",
        "FULL_POOL, 4",
        "DEVICE_FAULT, 40",
        "SPARSE, 5",
        "LONG_JOURNAL, 15",
        "REUSE, 15"
    })
    void shouldKeepEveryPromise(ScenarioKind kind, int seeds) throws Exception {
        Counters counters = new Counters();

        List<String> broken = campaign(kind, counters).run(seeds);

        System.err.println(kind + ": " + counters);
        assertThat(broken).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "SEQUENTIAL, 147",
        "SEQUENTIAL, 194",
        "SEQUENTIAL, 228",
        "SEQUENTIAL, 1045",
        "SEQUENTIAL, 1163",
        "SEQUENTIAL, 1490",
        "SEQUENTIAL, 1786",
        "SEQUENTIAL, 4227"
    })
    void shouldKeepWhatItOnceBroke(ScenarioKind kind, long seed) throws Exception {
        assertThat(campaign(kind, new Counters()).run(List.of(seed))).isEmpty();
    }

    private static Campaign campaign(ScenarioKind kind, Counters counters) {
        return new Campaign(
                new Simulation(new ThinPoolEngine(), PlantedDeviceBug.NONE, counters), kind);
    }
}

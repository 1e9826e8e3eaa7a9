package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.StorageException;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.thin.ThinPool;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine under the simulation: promises P1 to P5, for random seeds that a failure prints. */
class CrashSimulationTest {
    private static final int SEEDS = 5;

    /**
     * The engine, with maintenance only when the simulation says so: then a seed decides
     * everything.
     */
    static final class Engine implements EngineUnderTest {
        @Override
        public Pool format(PoolSpec spec, List<AttachedDevice> devices) throws StorageException {
            return ThinPool.format(spec, devices, false);
        }

        @Override
        public Pool open(List<AttachedDevice> devices) throws StorageException {
            return ThinPool.open(devices, false);
        }

        @Override
        public void maintain(Pool pool) throws StorageException {
            ((ThinPool) pool).runMaintenance();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepEveryPromise(ScenarioKind kind) throws Exception {
        Counters counters = new Counters();
        Simulation simulation = new Simulation(new Engine(), PlantedDeviceBug.NONE, counters);

        List<String> broken = new Campaign(simulation, kind).run(SEEDS);

        System.err.println(kind + ": " + counters);
        assertThat(broken).isEmpty();
    }
}

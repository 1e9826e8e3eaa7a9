package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import dev.weir.engine.thin.ThinPool;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Durable grains are moved, and the power fails when their old places are being zeroed: the records
 * of the moves may be lost then, and the old places must still hold the data.
 */
class MoveAndPowerLossTest {
    private static final long MIB = 1 << 20;
    private static final int GRAIN = 64 << 10;
    private static final long EXTENT = 4 * MIB;
    private static final int SLOTS = (int) (EXTENT / GRAIN);
    private static final int EXTENTS = 6;
    private static final int SEEDS = 10;

    private final OffHeapMemory buffer = OffHeapMemory.allocate(GRAIN);

    @AfterEach
    void freeBuffer() {
        buffer.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepMovedGrainsWhenTheirOldPlacesAreBeingZeroed(PowerLoss loss)
            throws StorageException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDevice device =
                    new SimulatedDevice("d0", 64 * MIB, DeviceTraits.FILE, PlantedDeviceBug.NONE);
            ThinPool pool =
                    ThinPool.format(
                            new PoolSpec(UUID.randomUUID(), "pool", EXTENT, GRAIN),
                            attached(device),
                            false);
            Volume volume = pool.createVolume(new VolumeSpec(UUID.randomUUID(), "v", 64 * MIB));
            fillSparsely(volume);
            CrashPoint crash = new CrashPoint(new OperationLog());
            device.hook(crash);
            assertThat(pool.runMaintenance()).isTrue();
            crash.armFlushAfter(
                    operation ->
                            operation.kind() == DeviceOperation.Kind.ZERO
                                    || operation.kind() == DeviceOperation.Kind.TRIM,
                    1);

            runUntilCrash(pool);

            ThinPool after =
                    ThinPool.open(attached(device.powerCut(loss, new Random(seed))), false);
            assertSurvived(after.volume(volume.id()).orElseThrow());
            after.close();
        }
    }

    /** Of each extent two grains stay; that is durable. */
    private void fillSparsely(Volume volume) throws StorageException {
        for (int grain = 0; grain < EXTENTS * SLOTS; grain++) {
            buffer.setInt(0, grain + 1);
            volume.write((long) grain * GRAIN, buffer, 0, GRAIN, false);
        }
        for (long extent = 0; extent < EXTENTS; extent++) {
            volume.trim((extent * SLOTS + 2) * GRAIN, (SLOTS - 2L) * GRAIN, false);
        }
        volume.flush();
    }

    private void assertSurvived(Volume volume) throws StorageException {
        for (int extent = 0; extent < EXTENTS; extent++) {
            for (int grain = extent * SLOTS; grain < extent * SLOTS + 2; grain++) {
                volume.read((long) grain * GRAIN, buffer, 0, GRAIN);
                assertThat(buffer.getInt(0)).isEqualTo(grain + 1);
            }
        }
    }

    private static void runUntilCrash(ThinPool pool) throws StorageException {
        boolean crashed = false;
        for (int round = 0; round < 20 && !crashed; round++) {
            try {
                assertThat(pool.runMaintenance()).isTrue();
            } catch (SimulatedCrash e) {
                crashed = true;
            }
        }
        assertThat(crashed).isTrue();
    }

    private static List<AttachedDevice> attached(SimulatedDevice device) {
        return List.of(new AttachedDevice(device.name(), device));
    }
}

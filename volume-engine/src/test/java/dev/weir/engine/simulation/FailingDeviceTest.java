package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import dev.weir.engine.thin.ThinPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pool does when a device fails at one certain point. */
class FailingDeviceTest {
    private static final long MIB = 1 << 20;
    private static final int GRAIN = 64 << 10;
    private static final long EXTENT = 4 * MIB;

    private final OffHeapMemory buffer = OffHeapMemory.allocate(MIB);
    private final List<ThinPool> pools = new ArrayList<>();

    @AfterEach
    void closePools() {
        for (ThinPool pool : pools) {
            try {
                pool.close();
            } catch (StorageException e) {
                assertThat(e.failure()).isInstanceOf(StorageFailure.DeviceFailed.class);
            }
        }
        buffer.close();
    }

    @Test
    void shouldBeAsBeforeWhenAddingADeviceFails() throws StorageException {
        for (int write = 1; write <= 5; write++) {
            SimulatedDevice first = device("d0", 64);
            ThinPool pool = format(first);
            Volume volume = createVolume(pool);
            long total = pool.usage().totalBytes();
            SimulatedDevice bad = device("bad", 64);
            bad.faults().failNth(DeviceOperation.Kind.WRITE, write);

            assertThatThrownBy(() -> pool.addDevice(attach(bad)))
                    .as("failing at write %d", write)
                    .isInstanceOf(StorageException.class);

            assertThat(pool.devices()).hasSize(1);
            assertThat(pool.usage().totalBytes()).isEqualTo(total);
            stamp(volume, 0, 7);
            pool.addDevice(attach(device("good", 64)));
            assertThat(pool.devices()).extracting(PoolDevice::index).containsExactly(0, 1);
            stamp(volume, GRAIN, 8);
            volume.flush();
            assertThat(pool.runMaintenance()).isIn(true, false);
            assertThat(stampAt(volume, 0)).isEqualTo(7);
        }
    }

    @Test
    void shouldKeepADeviceThatWasAddedAfterOneThatFailed() throws StorageException {
        boolean failed = true;
        for (int write = 1; failed; write++) {
            SimulatedDevice first = device("d0", 64);
            SimulatedDevice second = device("good", 64);
            ThinPool pool = format(first);
            Volume volume = createVolume(pool);
            // Full, so that there is no room for a second copy of what the new device holds.
            int grains = (int) (pool.usage().totalBytes() / GRAIN);
            for (int grain = 0; grain < grains; grain++) {
                stamp(volume, (long) grain * GRAIN, grain + 1);
            }
            SimulatedDevice bad = device("bad", 64);
            bad.faults().failNth(DeviceOperation.Kind.WRITE, write);
            failed = failsToAdd(pool, bad);
            if (!failed) {
                assertThat(write).as("writes that were seen to fail").isGreaterThan(5);
                return;
            }
            pool.addDevice(attach(second));
            stamp(volume, (long) grains * GRAIN, 99);
            pool.close();

            ThinPool again =
                    ThinPool.open(
                            List.of(attach(first.processKill()), attach(second.processKill())),
                            false);
            pools.add(again);

            assertThat(again.recovery().damage()).as("failing at write %d", write).isEmpty();
            Volume found = again.volume(volume.id()).orElseThrow();
            assertThat(stampAt(found, (long) grains * GRAIN)).isEqualTo(99);
        }
    }

    private static boolean failsToAdd(ThinPool pool, SimulatedDevice device) {
        try {
            pool.addDevice(attach(device));
            return false;
        } catch (StorageException e) {
            return true;
        }
    }

    @Test
    void shouldRefuseToFormatAMissingDeviceOfThePool() throws StorageException {
        SimulatedDevice first = device("d0", 64);
        SimulatedDevice second = device("d1", 64);
        ThinPool pool = format(first);
        pool.addDevice(attach(second));
        SimulatedDevice firstAfter = first.processKill();
        SimulatedDevice secondAfter = second.processKill();
        ThinPool half = ThinPool.open(List.of(attach(firstAfter)), false);
        pools.add(half);

        StorageException refusal =
                catchThrowableOfType(
                        StorageException.class, () -> half.addDevice(attach(secondAfter)));

        assertThat(refusal.failure()).isInstanceOf(StorageFailure.InUse.class);
        assertThat(half.devices()).hasSize(2);
    }

    @Test
    void shouldPutNewGrainsElsewhereWhereTheDeviceFails() throws StorageException {
        SimulatedDevice device = device("d0", 64);
        ThinPool pool = format(device);
        Volume volume = createVolume(pool);
        stamp(volume, 0, 1);
        long at = pool.extentAllocations().getFirst().offsetBytes();
        device.faults().failRange(Set.of(DeviceOperation.Kind.WRITE), at, EXTENT);

        for (int grain = 1; grain < 200; grain++) {
            stamp(volume, (long) grain * GRAIN, grain);
        }

        for (int grain = 1; grain < 200; grain++) {
            assertThat(stampAt(volume, (long) grain * GRAIN)).isEqualTo(grain);
        }
        assertThat(stampAt(volume, 0)).isEqualTo(1);
        assertThatThrownBy(() -> stamp(volume, 0, 2)).isInstanceOf(StorageException.class);
    }

    @Test
    void shouldTakeExtentsBehindOnesThatCannotBePrepared() throws StorageException {
        SimulatedDevice device = device("d0", 64);
        ThinPool pool = format(device);
        Volume volume = createVolume(pool);
        stamp(volume, 0, 1);
        long at = pool.extentAllocations().getFirst().offsetBytes();
        device.faults().failRange(Set.of(DeviceOperation.Kind.ZERO), at + EXTENT, 2 * EXTENT);

        for (int grain = 0; grain < 128; grain++) {
            stamp(volume, (long) grain * GRAIN, grain);
        }

        assertThat(pool.extentAllocations())
                .extracting(extent -> extent.offsetBytes())
                .contains(at, at + 3 * EXTENT)
                .doesNotContain(at + EXTENT, at + 2 * EXTENT);
    }

    @Test
    void shouldCompactAroundAGrainThatCannotBeRead() throws StorageException {
        SimulatedDevice device = device("d0", 128);
        ThinPool pool = format(device);
        Volume volume = createVolume(pool);
        int slots = (int) (EXTENT / GRAIN);
        for (int grain = 0; grain < 6 * slots; grain++) {
            stamp(volume, (long) grain * GRAIN, grain);
        }
        // Of each extent two grains stay, so that compaction has something to do.
        for (int extent = 0; extent < 6; extent++) {
            volume.trim(((long) extent * slots + 2) * GRAIN, (slots - 2L) * GRAIN, false);
        }
        long held = volume.allocatedBytes();
        long at =
                pool.extentAllocations().stream()
                        .mapToLong(extent -> extent.offsetBytes())
                        .min()
                        .orElseThrow();
        device.faults().failRange(Set.of(DeviceOperation.Kind.READ), at, GRAIN);

        settle(pool);

        assertThat(volume.allocatedBytes()).isLessThan(held);
        for (int extent = 1; extent < 6; extent++) {
            long grain = extent * (long) slots;
            assertThat(stampAt(volume, grain * GRAIN)).isEqualTo((int) grain);
        }
        // Whatever compaction called off is usable: nothing is marked as moving for good.
        for (int extent = 0; extent < 6; extent++) {
            long grain = extent * (long) slots + 1;
            stamp(volume, grain * GRAIN, 1000 + extent);
            assertThat(stampAt(volume, grain * GRAIN)).isEqualTo(1000 + extent);
        }
    }

    @Test
    void shouldCloseAndOpenWhicheverWriteOfTheLastCheckpointFails() throws StorageException {
        for (int write = 1; write <= 8; write++) {
            // The first is full of data: it has no room for a copy of the other's metadata.
            SimulatedDevice first = device("d0", 64);
            SimulatedDevice second = device("d1", 512);
            ThinPool pool = format(first);
            Volume volume = createVolume(pool);
            int grains = (int) (pool.usage().totalBytes() / GRAIN);
            for (int grain = 0; grain < grains; grain++) {
                stamp(volume, (long) grain * GRAIN, grain + 1);
            }
            pool.addDevice(attach(second));
            for (int grain = grains; grain < grains + 100; grain++) {
                stamp(volume, (long) grain * GRAIN, grain + 1);
            }
            second.faults().failNth(DeviceOperation.Kind.WRITE, write);

            pool.close();

            ThinPool again =
                    ThinPool.open(
                            List.of(attach(first.processKill()), attach(second.processKill())),
                            false);
            pools.add(again);
            Volume found = again.volume(volume.id()).orElseThrow();
            for (int grain = 0; grain < grains; grain++) {
                assertThat(stampAt(found, (long) grain * GRAIN)).isEqualTo(grain + 1);
            }
        }
    }

    private static void settle(ThinPool pool) throws StorageException {
        for (int round = 0; round < 20 && pool.runMaintenance(); round++) {
            assertThat(round).isLessThan(19);
        }
    }

    private ThinPool format(SimulatedDevice device) throws StorageException {
        ThinPool pool =
                ThinPool.format(
                        new PoolSpec(UUID.randomUUID(), "pool", EXTENT, GRAIN),
                        List.of(attach(device)),
                        false);
        pools.add(pool);
        return pool;
    }

    private static Volume createVolume(ThinPool pool) throws StorageException {
        return pool.createVolume(new VolumeSpec(UUID.randomUUID(), "v", 256 * MIB));
    }

    private static SimulatedDevice device(String name, long mib) {
        return new SimulatedDevice(name, mib * MIB, DeviceTraits.FILE, PlantedDeviceBug.NONE);
    }

    private static AttachedDevice attach(SimulatedDevice device) {
        return new AttachedDevice(device.name(), device);
    }

    private void stamp(Volume volume, long offset, int stamp) throws StorageException {
        buffer.setInt(0, stamp);
        volume.write(offset, buffer, 0, GRAIN, false);
    }

    private int stampAt(Volume volume, long offset) throws StorageException {
        volume.read(offset, buffer, 0, GRAIN);
        return buffer.getInt(0);
    }
}

package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedDeviceTest {
    private static final int SIZE_BYTES = 1 << 20;
    private static final int SECTOR_BYTES = 512;

    private final Random random = new Random(7);

    @Test
    void shouldReadBackWhatWasWrittenAtAnyAlignment() throws Exception {
        SimulatedDevice device = device();

        write(device, 700, 1000, 'a', false);

        assertThat(bytes(device, 699, 1002)).isEqualTo("\0" + "a".repeat(1000) + "\0");
    }

    @Test
    void shouldLoseWhatWasNotFlushedWhenThePowerFails() throws Exception {
        SimulatedDevice device = device();
        write(device, 0, SECTOR_BYTES, 'a', false);
        device.flush();
        write(device, 0, SECTOR_BYTES, 'b', false);

        SimulatedDevice after = device.powerCut(PowerLoss.EVERYTHING, random);

        assertThat(bytes(after, 0, 3)).isEqualTo("aaa");
    }

    @Test
    void shouldKeepWhatWasWrittenWithFua() throws Exception {
        SimulatedDevice device = device();
        write(device, 0, SECTOR_BYTES, 'a', false);
        write(device, SECTOR_BYTES, SECTOR_BYTES, 'b', true);

        SimulatedDevice after = device.powerCut(PowerLoss.EVERYTHING, random);

        assertThat(bytes(after, SECTOR_BYTES - 1, 2)).isEqualTo("\0b");
    }

    @Test
    void shouldKeepEverythingWhenOnlyTheProcessDies() throws Exception {
        SimulatedDevice device = device();
        write(device, 0, SECTOR_BYTES, 'a', false);

        assertThat(bytes(device.processKill(), 0, 1)).isEqualTo("a");
        assertThat(bytes(device.processKill().powerCut(PowerLoss.EVERYTHING, random), 0, 1))
                .isEqualTo("\0");
    }

    @Test
    void shouldReorderAndTearUnsyncedWritesInEveryWay() throws Exception {
        SimulatedDevice device = device();
        write(device, 0, 2 * SECTOR_BYTES, 'a', false);
        write(device, 0, 2 * SECTOR_BYTES, 'b', false);

        for (PowerLoss loss : List.of(PowerLoss.SECTORS, PowerLoss.PAGES)) {
            Set<String> outcomes = new HashSet<>();
            for (int i = 0; i < 500; i++) {
                outcomes.add(bytes(device.powerCut(loss, random), SECTOR_BYTES - 1, 2));
            }
            assertThat(outcomes)
                    .as(loss.name())
                    .containsExactlyInAnyOrder(
                            "\0\0", "\0a", "\0b", "a\0", "aa", "ab", "b\0", "ba", "bb");
        }
    }

    @Test
    void shouldKeepAPrefixOfTheWritesInOrder() throws Exception {
        SimulatedDevice device = device();
        write(device, 0, SECTOR_BYTES, 'a', false);
        write(device, SECTOR_BYTES, SECTOR_BYTES, 'b', false);

        Set<String> outcomes = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            outcomes.add(bytes(device.powerCut(PowerLoss.PREFIX, random), SECTOR_BYTES - 1, 2));
        }

        assertThat(outcomes).containsExactlyInAnyOrder("\0\0", "a\0", "ab");
    }

    @Test
    void shouldNotCoverWritesThatComeInDuringAFlush() throws Exception {
        SectorStore store = new SectorStore(8);
        try (OffHeapMemory memory = filled(SECTOR_BYTES, 'a')) {
            store.tick();
            store.write(0, memory, 0, SECTOR_BYTES);
            long flushBegins = store.time();
            store.tick();
            store.write(SECTOR_BYTES, memory, 0, SECTOR_BYTES);

            store.sync(flushBegins);
        }

        assertThat(store.synced(0)).isTrue();
        assertThat(store.synced(1)).isFalse();
    }

    @Test
    void shouldLoseDataForGoodWhenAFlushFailed() throws Exception {
        SimulatedDevice device = device();
        for (int sector = 0; sector < 64; sector++) {
            write(device, (long) sector * SECTOR_BYTES, SECTOR_BYTES, 'a', false);
        }
        device.faults().failNth(DeviceOperation.Kind.FLUSH, 1);

        assertThatThrownBy(device::flush).isInstanceOf(StorageException.class);
        device.flush();

        assertThat(bytes(device, 0, 64 * SECTOR_BYTES)).doesNotContain("\0");
        assertThat(bytes(device.powerCut(PowerLoss.EVERYTHING, random), 0, 64 * SECTOR_BYTES))
                .contains("\0")
                .contains("a");
    }

    @Test
    void shouldFailInAMarkedRangeOnly() throws Exception {
        SimulatedDevice device = device();
        device.faults().failRange(Set.of(DeviceOperation.Kind.READ), 4096, 4096);

        assertThat(bytes(device, 0, 4096)).hasSize(4096);
        assertThatThrownBy(() -> bytes(device, 4000, 200))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        e ->
                                assertThat(e.failure())
                                        .isInstanceOf(StorageFailure.DeviceFailed.class));
        assertThat(bytes(device, 8192, 4096)).hasSize(4096);
        device.faults().clear();
        assertThat(bytes(device, 4000, 200)).hasSize(200);
    }

    @Test
    void shouldRefuseNewAllocationsWhenTheHostIsFull() throws Exception {
        SimulatedDevice device = device();
        device.zero(0, 4096, ZeroMode.ALLOCATE, false);
        device.faults().hostFull(true);

        write(device, 0, 4096, 'a', false);

        assertThatThrownBy(() -> device.zero(4096, 4096, ZeroMode.ALLOCATE, false))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        e -> assertThat(e.failure()).isInstanceOf(StorageFailure.NoSpace.class));
        assertThatThrownBy(() -> write(device, 4096, 1, 'a', false))
                .isInstanceOf(StorageException.class);
    }

    @Test
    void shouldTellHolesInTheWayOfItsTraits() throws Exception {
        for (DeviceTraits.Status status : DeviceTraits.Status.values()) {
            SimulatedDevice device =
                    new SimulatedDevice(
                            "d",
                            SIZE_BYTES,
                            new DeviceTraits(status, true, 4096, true),
                            PlantedDeviceBug.NONE);
            write(device, 0, 8192, 'a', false);
            device.flush();
            device.trim(4096, 4096, false);

            String before = status(device);
            device.flush();

            switch (status) {
                case CURRENT -> assertThat(before).isEqualTo("data 4096, hole 1044480");
                case DURABLE -> {
                    assertThat(before).isEqualTo("data 8192, hole 1040384");
                    assertThat(status(device)).isEqualTo("data 4096, hole 1044480");
                }
                case ALL_ALLOCATED -> assertThat(before).isEqualTo("data 1048576");
            }
        }
    }

    @Test
    void shouldThrowOnEveryOperationAfterACrash() throws Exception {
        CrashPoint crashPoint = new CrashPoint(new OperationLog());
        SimulatedDevice device = device();
        device.hook(crashPoint);
        crashPoint.arm(2);
        write(device, 0, SECTOR_BYTES, 'a', true);

        assertThatThrownBy(() -> write(device, 0, SECTOR_BYTES, 'b', true))
                .isInstanceOf(SimulatedCrash.class);
        assertThatThrownBy(device::flush).isInstanceOf(SimulatedCrash.class);
        assertThatThrownBy(() -> bytes(device, 0, 1)).isInstanceOf(SimulatedCrash.class);
        assertThat(bytes(device.powerCut(PowerLoss.EVERYTHING, random), 0, 1)).isEqualTo("a");
    }

    @Test
    void shouldTearTheWriteThatTheCrashWasIn() throws Exception {
        Set<Integer> written = new HashSet<>();
        for (int size = 1; size <= 200; size++) {
            CrashPoint crashPoint = new CrashPoint(new OperationLog());
            SimulatedDevice device =
                    new SimulatedDevice(
                            "d",
                            SIZE_BYTES + (long) size * SECTOR_BYTES,
                            DeviceTraits.FILE,
                            PlantedDeviceBug.NONE);
            device.hook(crashPoint);
            crashPoint.arm(1);
            assertThatThrownBy(() -> write(device, 0, 2 * SECTOR_BYTES, 'a', true))
                    .isInstanceOf(SimulatedCrash.class);
            written.add(
                    bytes(device.processKill(), 0, 2 * SECTOR_BYTES).replace("\0", "").length());
        }

        assertThat(written).containsExactlyInAnyOrder(0, SECTOR_BYTES, 2 * SECTOR_BYTES);
    }

    private static SimulatedDevice device() {
        return new SimulatedDevice("d", SIZE_BYTES, DeviceTraits.FILE, PlantedDeviceBug.NONE);
    }

    private static OffHeapMemory filled(int length, char value) {
        OffHeapMemory memory = OffHeapMemory.allocate(length);
        for (int at = 0; at < length; at++) {
            memory.setByte(at, (byte) value);
        }
        return memory;
    }

    private static void write(BlockDevice device, long offset, int length, char value, boolean fua)
            throws StorageException {
        try (OffHeapMemory memory = filled(length, value)) {
            device.write(offset, memory, 0, length, fua);
        }
    }

    private static String bytes(BlockDevice device, long offset, int length)
            throws StorageException {
        try (OffHeapMemory memory = OffHeapMemory.allocate(length)) {
            device.read(offset, memory, 0, length);
            StringBuilder text = new StringBuilder();
            for (int at = 0; at < length; at++) {
                text.append((char) memory.getByte(at));
            }
            return text.toString();
        }
    }

    private static String status(BlockDevice device) throws StorageException {
        List<String> runs = new ArrayList<>();
        device.blockStatus(
                0,
                SIZE_BYTES,
                (length, hole, zero) -> runs.add((hole ? "hole " : "data ") + length));
        return String.join(", ", runs);
    }
}

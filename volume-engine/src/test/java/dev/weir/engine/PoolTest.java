package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.file.FileDevice;
import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolTest {
    private static final long MIB = 1 << 20;
    private static final int GRAIN = 64 << 10;

    private final OffHeapMemory buffer = OffHeapMemory.allocate(4 * MIB);
    private final List<Pool> pools = new ArrayList<>();

    @TempDir Path directory;

    @AfterEach
    void closePools() throws StorageException {
        for (Pool pool : pools) {
            pool.close();
        }
        buffer.close();
    }

    @Test
    void shouldReadZerosWhereNothingWasWritten() throws StorageException {
        Volume volume = volume(format("d0"), 64 * MIB);
        fill(0, 4096, 1);

        volume.read(12345, buffer, 0, 4096);

        assertThat(buffer.isZero(0, 4096)).isTrue();
        assertThat(volume.mappedBytes()).isZero();
    }

    @Test
    void shouldReadBackUnalignedWritesThatCrossGrains() throws StorageException {
        Volume volume = volume(format("d0"), 64 * MIB);
        fill(0, 3 * GRAIN, 7);

        volume.write(GRAIN - 100, buffer, 0, 2L * GRAIN + 333, false);

        buffer.zero(0, 4 * MIB);
        volume.read(0, buffer, 0, 4L * GRAIN);
        assertThat(buffer.isZero(0, GRAIN - 100)).isTrue();
        assertFilled(GRAIN - 100, 2 * GRAIN + 333, 7);
        assertThat(buffer.isZero(3L * GRAIN + 233, GRAIN - 233)).isTrue();
        assertThat(volume.mappedBytes()).isEqualTo(4L * GRAIN);
    }

    @Test
    void shouldKeepVolumesAndDataOverACleanRestart() throws StorageException {
        Pool pool = format("d0");
        Volume volume = volume(pool, 64 * MIB);
        fill(0, GRAIN, 3);
        volume.write(5 * MIB, buffer, 0, GRAIN, false);
        volume.rename("renamed");
        volume.resize(128 * MIB);
        pool.close();

        Pool reopened = open("d0");

        Volume again = reopened.volume(volume.id()).orElseThrow();
        assertThat(again.name()).isEqualTo("renamed");
        assertThat(again.sizeBytes()).isEqualTo(128 * MIB);
        buffer.zero(0, GRAIN);
        again.read(5 * MIB, buffer, 0, GRAIN);
        assertFilled(0, GRAIN, 3);
        assertThat(reopened.recovery().damage()).isEmpty();
        assertThat(reopened.recovery().replayedRecords()).isZero();
    }

    @Test
    void shouldGiveBackTrimmedSpace() throws StorageException {
        Pool pool = format("d0");
        Volume volume = volume(pool, 64 * MIB);
        fill(0, 4 << 20, 9);
        for (int i = 0; i < 8; i++) {
            volume.write(i * 4L * MIB, buffer, 0, 4 * MIB, false);
        }
        assertThat(volume.allocatedBytes()).isEqualTo(32 * MIB);

        volume.trim(0, 16 * MIB, false);

        assertThat(volume.mappedBytes()).isEqualTo(16 * MIB);
        await(() ->
                volume.allocatedBytes() == 16 * MIB && pool.usage().allocatedBytes() == 16 * MIB);
        volume.read(0, buffer, 0, MIB);
        assertThat(buffer.isZero(0, MIB)).isTrue();
        volume.read(16 * MIB, buffer, 0, MIB);
        assertFilled(0, 1 << 20, 9);
    }

    @Test
    void shouldCompactSparseExtents() throws StorageException {
        Pool pool = format("d0");
        Volume volume = volume(pool, 64 * MIB);
        fill(0, 4 << 20, 5);
        for (int i = 0; i < 8; i++) {
            volume.write(i * 4L * MIB, buffer, 0, 4 * MIB, false);
        }

        for (long grain = 0; grain < 32 * MIB / GRAIN; grain += 2) {
            volume.trim(grain * GRAIN, GRAIN, false);
        }

        await(() -> volume.allocatedBytes() <= 24 * MIB);
        buffer.zero(0, 4 * MIB);
        for (long grain = 0; grain < 32 * MIB / GRAIN; grain++) {
            volume.read(grain * GRAIN, buffer, 0, GRAIN);
            if (grain % 2 == 0) {
                assertThat(buffer.isZero(0, GRAIN)).isTrue();
            } else {
                assertFilled(0, GRAIN, 5);
            }
        }
    }

    @Test
    void shouldReturnNoSpaceWhenPoolIsFullAndRecoverAfterTrim() throws StorageException {
        Pool pool = format("d0");
        Volume volume = volume(pool, 1024 * MIB);
        fill(0, 4 << 20, 1);
        long written = 0;
        StorageException full = null;
        while (full == null) {
            try {
                volume.write(written, buffer, 0, MIB, false);
                written += MIB;
            } catch (StorageException e) {
                full = e;
            }
        }
        assertThat(full.failure()).isInstanceOf(StorageFailure.NoSpace.class);
        assertThat(pool.usage().freeBytes()).isZero();

        volume.write(0, buffer, 0, MIB, true);
        volume.read(written - MIB, buffer, 0, MIB);
        volume.trim(0, 8 * MIB, false);
        volume.write(written, buffer, 0, MIB, false);
    }

    @Test
    void shouldReuseSpaceOfADeletedVolumeAsZeros() throws StorageException {
        Pool pool = format("d0");
        Volume first = volume(pool, 256 * MIB);
        fill(0, 4 << 20, 1);
        for (long at = 0; at < 96 * MIB; at += 4 * MIB) {
            first.write(at, buffer, 0, 4 * MIB, false);
        }

        assertThat(pool.deleteVolume(first.id())).isTrue();

        Volume second = volume(pool, 256 * MIB);
        for (long at = 0; at < 96 * MIB; at += GRAIN) {
            second.write(at, buffer, 0, 1, false);
        }
        for (long at = 0; at < 96 * MIB; at += GRAIN) {
            second.read(at, buffer, 0, GRAIN);
            assertThat(buffer.isZero(1, GRAIN - 1)).as("grain at %d", at).isTrue();
        }
        assertFailure(() -> first.read(0, buffer, 0, 1), StorageFailure.Closed.class);
    }

    @Test
    void shouldRefuseAShrinkThatCutsData() throws StorageException {
        Volume volume = volume(format("d0"), 64 * MIB);
        fill(0, GRAIN, 1);
        volume.write(32 * MIB, buffer, 0, GRAIN, false);

        assertThatThrownBy(() -> volume.resize(16 * MIB))
                .asInstanceOf(type(StorageException.class))
                .extracting(StorageException::failure)
                .isEqualTo(new StorageFailure.ShrinkUnsafe(16 * MIB, 32 * MIB + GRAIN));
        assertThat(volume.sizeBytes()).isEqualTo(64 * MIB);

        volume.resize(48 * MIB);
        assertFailure(() -> volume.read(48 * MIB, buffer, 0, 1), StorageFailure.OutOfRange.class);
    }

    @Test
    void shouldTellMappedFromUnmapped() throws StorageException {
        Volume volume = volume(format("d0"), 64 * MIB);
        volume.write(MIB, buffer, 0, 100, false);
        volume.zero(8 * MIB, MIB, ZeroMode.ALLOCATE, false);

        List<String> runs = new ArrayList<>();
        volume.blockStatus(
                0,
                64 * MIB,
                (length, hole, zero) -> {
                    runs.add((hole ? "hole " : "data ") + length);
                    return true;
                });

        assertThat(runs)
                .containsExactly(
                        "hole " + MIB,
                        "data " + GRAIN,
                        "hole " + (7 * MIB - GRAIN),
                        "data " + MIB,
                        "hole " + 55 * MIB);
    }

    @Test
    void shouldGrowByADeviceAndSurviveTheLossOfOne() throws StorageException {
        Pool pool = format("d0");
        Volume volume = volume(pool, 1024 * MIB);
        long before = pool.usage().totalBytes();

        pool.addDevice(
                new AttachedDevice("d1", FileDevice.create(directory.resolve("d1"), 128 * MIB)));

        assertThat(pool.usage().totalBytes()).isGreaterThan(before + 64 * MIB);
        fill(0, 4 << 20, 4);
        for (long at = 0; at < 120 * MIB; at += 4 * MIB) {
            volume.write(at, buffer, 0, 4 * MIB, false);
        }
        volume.flush();
        pool.close();

        Pool both = open("d0", "d1");
        assertThat(both.recovery().damage()).isEmpty();
        both.volume(volume.id()).orElseThrow().read(100 * MIB, buffer, 0, 4 * MIB);
        assertFilled(0, 4 << 20, 4);
        both.close();

        Pool half = open("d1");
        Volume survivor = half.volume(volume.id()).orElseThrow();
        int failed = 0;
        for (long at = 0; at < 120 * MIB; at += 4 * MIB) {
            try {
                survivor.read(at, buffer, 0, GRAIN);
                assertFilled(0, GRAIN, 4);
            } catch (StorageException e) {
                assertThat(e.failure()).isInstanceOf(StorageFailure.DeviceFailed.class);
                failed++;
            }
        }
        assertThat(failed).isBetween(1, 29);
        survivor.read(512 * MIB, buffer, 0, GRAIN);
        assertThat(buffer.isZero(0, GRAIN)).isTrue();
    }

    private Pool format(String name) throws StorageException {
        PoolSpec spec = new PoolSpec(UUID.randomUUID(), "pool", 4 * MIB, GRAIN);
        Pool pool =
                Pools.format(
                        spec,
                        List.of(
                                new AttachedDevice(
                                        name,
                                        FileDevice.create(directory.resolve(name), 128 * MIB))));
        pools.add(pool);
        return pool;
    }

    private Pool open(String... names) throws StorageException {
        List<AttachedDevice> devices = new ArrayList<>();
        for (String name : names) {
            devices.add(new AttachedDevice(name, FileDevice.open(directory.resolve(name))));
        }
        Pool pool = Pools.open(devices);
        pools.add(pool);
        return pool;
    }

    private static Volume volume(Pool pool, long size) throws StorageException {
        return pool.createVolume(new VolumeSpec(UUID.randomUUID(), "v", size));
    }

    private void fill(int from, int length, int value) {
        for (int i = 0; i < length; i++) {
            buffer.setByte(from + i, (byte) (value + i % 16));
        }
    }

    private void assertFilled(int from, int length, int value) {
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(from + i) != (byte) (value + i % 16)) {
                throw new AssertionError("byte " + (from + i) + " is " + buffer.getByte(from + i));
            }
        }
    }

    private static void assertFailure(
            ThrowingCallable call, Class<? extends StorageFailure> failure) {
        assertThatThrownBy(call)
                .asInstanceOf(type(StorageException.class))
                .extracting(StorageException::failure)
                .isInstanceOf(failure);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }
}

package dev.weir.engine.thin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.file.FileDevice;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.VolumeSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that were checked against a size that has changed since: they go past {@link
 * ThinVolume}.
 */
class ShrinkRaceTest {
    private static final long MIB = 1 << 20;
    private static final int GRAIN = 64 << 10;

    private final OffHeapMemory buffer = OffHeapMemory.allocate(GRAIN);
    private ThinPool pool;
    private ThinVolume volume;

    @BeforeEach
    void createVolume(@TempDir Path directory) throws StorageException {
        pool =
                ThinPool.format(
                        new PoolSpec(UUID.randomUUID(), "pool", 4 * MIB, GRAIN),
                        List.of(
                                new AttachedDevice(
                                        "d0",
                                        FileDevice.create(directory.resolve("d0"), 64 * MIB))),
                        false);
        volume = (ThinVolume) pool.createVolume(new VolumeSpec(UUID.randomUUID(), "v", 8 * MIB));
        buffer.setLong(0, 1);
    }

    @AfterEach
    void closePool() throws StorageException {
        pool.close();
        buffer.close();
    }

    @Test
    void shouldNotMapBehindAnEndThatMovedAfterTheCheck() throws StorageException {
        volume.resize(4 * MIB);

        assertOutOfRange(() -> new GrainWriter(volume.grains()).write(6 * MIB, buffer, 0, GRAIN));
        assertOutOfRange(() -> new GrainWriter(volume.grains()).allocate(6 * MIB, GRAIN));

        volume.resize(8 * MIB);
        assertThat(volume.mappedBytes()).isZero();
    }

    @Test
    void shouldNotWriteBehindTheEndInTheGrainThatItCuts() throws StorageException {
        volume.write(4 * MIB, buffer, 0, 512, false);
        volume.resize(4 * MIB + 512);

        assertOutOfRange(
                () -> new GrainWriter(volume.grains()).write(4 * MIB + 512, buffer, 0, 512));
    }

    @Test
    void shouldKeepWhatWasWrittenBehindTheOldEndWhenATrimUpToItComesLate() throws StorageException {
        volume.resize(4 * MIB + 512);
        volume.write(4 * MIB, buffer, 0, 512, false);
        volume.resize(8 * MIB);
        volume.write(4 * MIB + 512, buffer, 0, 512, false);

        new GrainUnmapper(volume.grains(), new GrainWriter(volume.grains()))
                .clearHead(4 * MIB, 4 * MIB + 512);

        volume.read(4 * MIB, buffer, 0, 1024);
        assertThat(buffer.isZero(0, 512)).isTrue();
        assertThat(buffer.getLong(512)).isEqualTo(1);
    }

    private static void assertOutOfRange(ThrowingRequest request) {
        StorageException refusal = catchThrowableOfType(StorageException.class, request::run);
        assertThat(refusal.failure()).isInstanceOf(StorageFailure.OutOfRange.class);
    }

    @FunctionalInterface
    private interface ThrowingRequest {
        void run() throws StorageException;
    }
}

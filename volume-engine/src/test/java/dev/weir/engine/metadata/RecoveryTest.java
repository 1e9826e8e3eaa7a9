package dev.weir.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.file.FileDevice;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Pools;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pool comes back as after its process died, and after its metadata was damaged. */
class RecoveryTest {
    private static final long MIB = 1 << 20;
    private static final long DEVICE_BYTES = 64 * MIB;
    private static final Geometry GEOMETRY = new Geometry(4 * MIB, 4096);
    private static final PoolShape SHAPE = PoolShape.forDeviceOf(DEVICE_BYTES, GEOMETRY);
    private static final DeviceLayout LAYOUT = DeviceLayout.of(DEVICE_BYTES, SHAPE);

    private final OffHeapMemory buffer = OffHeapMemory.allocate(MIB);
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
    void shouldReplayTheJournalAfterProcessDeath() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        write(volume, 3 * MIB, 77);

        Pool recovered = open(imageOf("d0"));

        assertThat(recovered.recovery().replayedRecords()).isGreaterThanOrEqualTo(2);
        assertThat(recovered.recovery().damage()).isEmpty();
        assertThat(read(same(recovered, volume), 3 * MIB)).isEqualTo(77);
    }

    @Test
    void shouldSurviveManyLapsOfTheJournal() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        // Each record takes 64 bytes of a ring of 1 MiB; an unmap and a map for each step.
        int steps = 30_000;
        for (int i = 0; i < steps; i++) {
            long at = i % 64 * 4096L;
            write(volume, at, i);
            if (i < steps - 64) {
                volume.trim(at, 4096, false);
            }
        }

        Pool recovered = open(imageOf("d0"));

        for (int i = steps - 64; i < steps; i++) {
            assertThat(read(same(recovered, volume), i % 64 * 4096L)).isEqualTo(i);
        }
        assertThat(same(recovered, volume).mappedBytes()).isEqualTo(64 * 4096);
    }

    @Test
    void shouldRecoverTwiceFromTheSameCrash() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        write(volume, 0, 5);
        Path image = imageOf("d0");
        open(image);

        Pool again = open(imageOf(image.getFileName().toString()));

        assertThat(read(same(again, volume), 0)).isEqualTo(5);
    }

    @Test
    void shouldKeepWhatPrecedesADamagedJournalRecord() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        write(volume, 0, 1);
        write(volume, MIB, 2);
        Path image = imageOf("d0");
        // The records are: volume set (192 bytes), durable mark (64), slots set (64), slots set
        // (64).
        flip(image, LAYOUT.journalOffset() + 192 + 64 + 64 + 40);

        Pool recovered = open(image);

        assertThat(recovered.recovery().replayedRecords()).isEqualTo(2);
        assertThat(read(same(recovered, volume), 0)).isEqualTo(1);
        assertThat(read(same(recovered, volume), MIB)).isZero();
    }

    @Test
    void shouldRefuseAJournalThatIsBrokenBeforeWhatWasFlushed() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        write(volume, 0, 1);
        volume.flush();
        Path image = imageOf("d0");
        flip(image, LAYOUT.journalOffset() + 192 + 64 + 40);

        assertFailure(() -> open(image), StorageFailure.Corrupt.class);
    }

    @Test
    void shouldReadTheOtherJournalWhenOneIsBroken() throws IOException {
        Pool pool = format();
        pool.addDevice(
                new AttachedDevice("d1", FileDevice.create(directory.resolve("d1"), DEVICE_BYTES)));
        Volume volume = createVolume(pool);
        write(volume, 0, 1);
        volume.flush();
        Path first = imageOf("d0");
        for (long at = LAYOUT.journalOffset(); at < LAYOUT.catalogOffset(); at += 512) {
            flip(first, at + 40);
        }

        Pool recovered = open(first, imageOf("d1"));

        assertThat(read(same(recovered, volume), 0)).isEqualTo(1);
    }

    /**
     * A loss of power in the last step of a checkpoint: its superblock reached one of three
     * devices.
     */
    @Test
    void shouldOpenWholeWhenTheNewestSuperblockIsOnOneDeviceOnly() throws IOException {
        Pool pool = format();
        for (String name : List.of("d1", "d2")) {
            pool.addDevice(
                    new AttachedDevice(
                            name, FileDevice.create(directory.resolve(name), DEVICE_BYTES)));
        }
        Volume volume = createVolume(pool);
        for (long at = 0; at < 48 * MIB; at += MIB) {
            write(volume, at, at);
        }
        pool.close();
        for (String lucky : List.of("d0", "d1", "d2")) {
            List<Path> images = new ArrayList<>();
            for (String name : List.of("d0", "d1", "d2")) {
                images.add(imageOf(name));
                if (!name.equals(lucky)) {
                    flip(images.getLast(), newestSuperblock(images.getLast()));
                }
            }

            Pool recovered = open(images.toArray(Path[]::new));

            assertThat(recovered.recovery().damage()).as(lucky).isEmpty();
            for (long at = 0; at < 48 * MIB; at += MIB) {
                assertThat(read(same(recovered, volume), at)).isEqualTo(at);
            }
            recovered.close();
        }
    }

    private static long newestSuperblock(Path image) throws IOException {
        try (FileDevice device = FileDevice.open(image)) {
            long sequence = Superblock.read(device).orElseThrow().sequence();
            return DeviceLayout.superblockOffset((int) (sequence & 1)) + 100;
        }
    }

    @Test
    void shouldOpenWithOneDamagedSuperblockAndRefuseWithTwo() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        write(volume, 0, 1);
        pool.close();
        Path one = imageOf("d0");
        flip(one, DeviceLayout.superblockOffset(0) + 100);
        Path other = imageOf("d0");
        flip(other, DeviceLayout.superblockOffset(1) + 100);
        Path both = imageOf("d0");
        flip(both, DeviceLayout.superblockOffset(0) + 100);
        flip(both, DeviceLayout.superblockOffset(1) + 100);

        // One of these two fell back to the checkpoint before: its journal brings it up to date.
        assertThat(read(same(open(one), volume), 0)).isEqualTo(1);
        assertThat(read(same(open(other), volume), 0)).isEqualTo(1);
        assertFailure(() -> open(both), StorageFailure.Corrupt.class);
    }

    @Test
    void shouldRefuseALayoutThatIsNewer() throws IOException {
        format().close();
        Path image = imageOf("d0");
        try (OffHeapMemory superblock = OffHeapMemory.allocate(Superblock.BYTES);
                FileDevice device = FileDevice.open(image)) {
            for (int copy = 0; copy < 2; copy++) {
                device.read(DeviceLayout.superblockOffset(copy), superblock, 0, Superblock.BYTES);
                superblock.setInt(4, Superblock.LAYOUT_VERSION + 1);
                superblock.setInt(0, superblock.crc32c(4, Superblock.BYTES - 4));
                device.write(
                        DeviceLayout.superblockOffset(copy), superblock, 0, Superblock.BYTES, true);
            }
        }

        assertFailure(() -> open(image), StorageFailure.Unsupported.class);
    }

    @Test
    void shouldNeverGuessWhereADamagedSlotTableWasSilent() throws IOException {
        Pool pool = format();
        Volume volume = createVolume(pool);
        for (long at = 0; at < 8 * MIB; at += 4096) {
            write(volume, at, 9);
        }
        pool.close();
        Path image = imageOf("d0");
        long firstPage = LAYOUT.dataOffset();
        // Wherever the first page of the table is: damage both of its places.
        long pages = LAYOUT.slotTableOffset() + 2 * 4096;
        flip(image, pages + 17);
        flip(image, pages + 4096 + 17);
        assertThat(pages).isLessThan(firstPage);

        Pool recovered = open(image);

        assertThat(recovered.recovery().damage()).hasSize(1);
        Volume damaged = same(recovered, volume);
        int lost = 0;
        for (long at = 0; at < 8 * MIB; at += 4096) {
            try {
                assertThat(read(damaged, at)).isEqualTo(9);
            } catch (StorageException e) {
                assertThat(e.failure()).isInstanceOf(StorageFailure.Corrupt.class);
                lost++;
            }
        }
        assertThat(lost).as("the grains of one page").isEqualTo(256);
        assertFailure(() -> read(damaged, 32 * MIB), StorageFailure.Corrupt.class);
    }

    @Test
    void shouldReadADamagedSlotTableFromItsMirror() throws IOException {
        Pool pool = format();
        pool.addDevice(
                new AttachedDevice("d1", FileDevice.create(directory.resolve("d1"), DEVICE_BYTES)));
        Volume volume = createVolume(pool);
        for (long at = 0; at < 16 * MIB; at += 4096) {
            write(volume, at, 9);
        }
        pool.close();
        Path first = imageOf("d0");
        for (long at = LAYOUT.slotTableOffset(); at < LAYOUT.dataOffset(); at += 512) {
            flip(first, at);
        }

        Pool recovered = open(first, imageOf("d1"));

        assertThat(recovered.recovery().damage()).isEmpty();
        for (long at = 0; at < 16 * MIB; at += 4096) {
            assertThat(read(same(recovered, volume), at)).isEqualTo(9);
        }
    }

    private Pool format() throws IOException {
        PoolSpec spec =
                new PoolSpec(UUID.randomUUID(), "p", GEOMETRY.extentBytes(), GEOMETRY.grainBytes());
        FileDevice device = FileDevice.create(directory.resolve("d0"), DEVICE_BYTES);
        Pool pool = Pools.format(spec, List.of(new AttachedDevice("d0", device)));
        pools.add(pool);
        return pool;
    }

    private Pool open(Path... paths) throws StorageException {
        List<AttachedDevice> devices = new ArrayList<>();
        for (Path path : paths) {
            devices.add(new AttachedDevice(path.toString(), FileDevice.open(path)));
        }
        Pool pool = Pools.open(devices);
        pools.add(pool);
        return pool;
    }

    /** A copy of a device as its file is now: what the death of the process would leave. */
    private Path imageOf(String name) throws IOException {
        Path image = directory.resolve(name + "-" + UUID.randomUUID());
        try (FileChannel from = FileChannel.open(directory.resolve(name), StandardOpenOption.READ);
                FileChannel to =
                        FileChannel.open(
                                image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            assertThat(from.transferTo(0, DEVICE_BYTES, to)).isEqualTo(DEVICE_BYTES);
        }
        assertThat(Files.size(image)).isEqualTo(DEVICE_BYTES);
        return image;
    }

    private static void flip(Path path, long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int value = file.read();
            file.seek(offset);
            file.write(value ^ 0x10);
        }
    }

    private static Volume createVolume(Pool pool) throws StorageException {
        return pool.createVolume(new VolumeSpec(UUID.randomUUID(), "v", 64 * MIB));
    }

    private static Volume same(Pool pool, Volume volume) {
        return pool.volume(volume.id()).orElseThrow();
    }

    private void write(Volume volume, long at, long value) throws StorageException {
        buffer.setLong(0, value);
        volume.write(at, buffer, 0, 8, false);
    }

    private long read(Volume volume, long at) throws StorageException {
        volume.read(at, buffer, 0, 8);
        return buffer.getLong(0);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static void assertFailure(Action action, Class<? extends StorageFailure> failure) {
        assertThatThrownBy(action::run)
                .asInstanceOf(type(StorageException.class))
                .extracting(StorageException::failure)
                .isInstanceOf(failure);
    }
}

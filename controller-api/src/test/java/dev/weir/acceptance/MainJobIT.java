package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.HostFile;
import dev.weir.acceptance.lab.Image;
import dev.weir.acceptance.lab.NbdFile;
import dev.weir.acceptance.lab.RestClient;
import dev.weir.acceptance.lab.RunningWeir;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of one volume, in order: a real file system is copied in, read back, checked, grown, and
 * half of it given back.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class MainJobIT {
    private static final int GRAIN_BYTES = 64 << 10;
    private static final long EXTENT_BYTES = 16L << 20;
    private static final long GROWTH_BYTES = 256L << 20;
    private static final long TRIM_BYTES = 8L << 20;
    private static final Duration RECLAIM_LIMIT = Duration.ofSeconds(60);

    private RunningWeir weir;
    private RestClient rest;
    private Path work;
    private Path device;
    private Image image;
    private BitSet used;
    private URI uri;

    @BeforeAll
    void provision(@TempDir(factory = BuildDirectory.class) Path directory) throws Exception {
        work = directory;
        device = work.resolve("device");
        image = Image.make(work.resolve("image"));
        used = image.usedGrains(GRAIN_BYTES);
        weir = RunningWeir.start(work.resolve("data"), "--no-default-pool");
        rest = weir.rest();
        rest.post(
                        "/pools",
                        """
                        {"name":"fast","devices":[{"path":"%s","size":"4GiB"}]}\
                        """
                                .formatted(device))
                .expect(201);
        rest.createVolume("tree", "fast", image.sizeBytes());
        uri = rest.export("tree");
    }

    @AfterAll
    void stop() {
        weir.close();
    }

    @Test
    @Order(1)
    void shouldReadBackIdenticallyWhatFourConnectionsCopiedIn() {
        Command.of("nbdcopy", "--connections=4", "--requests=16", "--flush", image.file(), uri)
                .succeed();

        Path copy = work.resolve("copy");
        Command.of("nbdcopy", "--connections=4", uri, copy).succeed();
        Command.of("cmp", image.file(), copy).succeed();
    }

    @Test
    @Order(2)
    void shouldHoldAFileSystemThatIsCleanThroughTheExport() throws Exception {
        try (NbdFile file = NbdFile.open(uri, work.resolve("mnt"), 4)) {
            Command.of("e2fsck", "-fn", file.path()).succeed();
        }
    }

    @Test
    @Order(3)
    void shouldMapWhatTheImageReallyUses() {
        long mappedBytes = rest.volume("tree").path("mappedBytes").asLong();

        assertThat(mappedBytes)
                .isCloseTo((long) used.cardinality() * GRAIN_BYTES, Percentage.withPercentage(3));
    }

    @Test
    @Order(4)
    void shouldShowAGrownVolumeToANewClient() {
        long grown = image.sizeBytes() + GROWTH_BYTES;

        long answered =
                rest.patch("/volumes/tree", "{\"size\":%d}".formatted(grown))
                        .expect(200)
                        .path("sizeBytes")
                        .asLong();

        assertThat(answered).isEqualTo(grown);
        assertThat(Command.of("nbdinfo", "--size", uri).succeed().strip())
                .isEqualTo(Long.toString(grown));
        Path copy = work.resolve("grown");
        Command.of("nbdcopy", "--connections=4", uri, copy).succeed();
        Command.of("e2fsck", "-fp", copy).succeed();
        Command.of("resize2fs", copy).succeed();
        Command.of("e2fsck", "-fn", copy).succeed();
        assertThat(fileSystemBytes(copy)).isCloseTo(grown, within((long) GRAIN_BYTES));
    }

    @Test
    @Order(5)
    void shouldGiveBackTheSpaceOfWhatIsTrimmed() {
        long allocatedBefore = rest.volume("tree").path("allocatedBytes").asLong();
        long hostBefore = HostFile.allocatedBytes(device);
        int middle = grainWithHalfOfTheUseBelow();

        Command qemuIo = Command.of("qemu-io", "-f", "raw", uri);
        long end = (long) middle * GRAIN_BYTES;
        for (long offset = 0; offset < end; offset += TRIM_BYTES) {
            long length = Math.min(TRIM_BYTES, end - offset);
            qemuIo = qemuIo.and("-c", "discard %d %d".formatted(offset, length));
        }
        qemuIo.succeed();

        long half = (long) used.get(middle, used.length()).cardinality() * GRAIN_BYTES;
        long allocatedAfter =
                rest.await(
                                "/volumes/tree",
                                volume ->
                                        volume.path("allocatedBytes").asLong()
                                                <= half + 3 * EXTENT_BYTES,
                                RECLAIM_LIMIT)
                        .path("allocatedBytes")
                        .asLong();
        assertThat(rest.volume("tree").path("mappedBytes").asLong())
                .isCloseTo(half, Percentage.withPercentage(3));
        assertThat(allocatedAfter).isGreaterThanOrEqualTo(half);
        assertThat(hostBefore - HostFile.allocatedBytes(device))
                .as("what the host got back")
                .isCloseTo(allocatedBefore - allocatedAfter, Percentage.withPercentage(5));
    }

    @Test
    @Order(6)
    void shouldStillHoldTheUntrimmedHalf() {
        long end = (long) grainWithHalfOfTheUseBelow() * GRAIN_BYTES;
        Path copy = work.resolve("half");
        Command.of("nbdcopy", "--connections=4", uri, copy).succeed();

        Command.of(
                        "cmp",
                        "--ignore-initial=" + end,
                        "--bytes=" + (image.sizeBytes() - end),
                        image.file(),
                        copy)
                .succeed();
        Command.of("cmp", "--bytes=" + end, copy, "/dev/zero").succeed();
    }

    private int grainWithHalfOfTheUseBelow() {
        int half = used.cardinality() / 2;
        int grain = -1;
        for (int seen = 0; seen <= half; seen++) {
            grain = used.nextSetBit(grain + 1);
        }
        return grain;
    }

    private static long fileSystemBytes(Path file) {
        String header = Command.of("dumpe2fs", "-h", file).succeed();
        return headerField(header, "Block count") * headerField(header, "Block size");
    }

    private static long headerField(String header, String field) {
        return header.lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1).strip()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + field + " in " + header));
    }
}

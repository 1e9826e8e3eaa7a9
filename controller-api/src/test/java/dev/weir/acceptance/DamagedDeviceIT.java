package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.NbdClient;
import dev.weir.acceptance.lab.NbdClient.Operation;
import dev.weir.acceptance.lab.RestClient;
import dev.weir.acceptance.lab.RunningWeir;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Many pools, each with its device damaged in another way while Weir was down; then one start. What
 * cannot be trusted is reported as failed, and never costs the others anything.
 */
@TestInstance(Lifecycle.PER_CLASS)
class DamagedDeviceIT {
    private static final String TRUNCATED = "truncated";
    private static final String VANISHED = "vanished";
    private static final String OVERWRITTEN = "overwritten";
    private static final String SOUND = "sound";
    private static final int PAGE_BYTES = 4096;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int OVERWRITTEN_BYTES = 16 << 20;
    private static final List<Integer> FLIPPED_PAGES = List.of(0, 1, 2, 3, 4, 8, 16, 64, 255);

    private RunningWeir weir;
    private Path work;

    @BeforeAll
    void damage(@TempDir(factory = BuildDirectory.class) Path directory) throws IOException {
        work = directory;
        try (RunningWeir before = RunningWeir.start(data(), "--no-default-pool")) {
            for (String pool : List.of(TRUNCATED, VANISHED, OVERWRITTEN, SOUND)) {
                provision(before.rest(), pool);
            }
            for (String pool : flippedPools()) {
                provision(before.rest(), pool);
            }
            before.kill();
        }
        try (FileChannel file = FileChannel.open(device(TRUNCATED), StandardOpenOption.WRITE)) {
            file.truncate(file.size() / 2);
        }
        Files.delete(device(VANISHED));
        byte[] garbage = new byte[OVERWRITTEN_BYTES];
        Arrays.fill(garbage, (byte) 0x5a);
        try (FileChannel file = FileChannel.open(device(OVERWRITTEN), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(garbage), 0);
        }
        for (int page : FLIPPED_PAGES) {
            flipOneBit(device("flipped-" + page), (long) page * PAGE_BYTES + 100);
        }
        weir = RunningWeir.start(data(), "--no-default-pool");
    }

    @AfterAll
    void stop() {
        weir.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {TRUNCATED, VANISHED, OVERWRITTEN})
    void shouldReportAPoolItCannotTrust(String name) {
        JsonNode pool = weir.rest().pool(name);

        assertThat(pool.path("state").asString()).isEqualTo("FAILED");
        assertThat(pool.path("reason").asString()).isNotBlank();
        assertThat(weir.rest().volume(name).path("state").asString()).isNotEqualTo("ONLINE");
    }

    @ParameterizedTest
    @MethodSource("flippedPools")
    void shouldNeverServeWrongBytesAfterABitFlipInTheMetadata(String name) throws IOException {
        JsonNode pool = weir.rest().pool(name);

        if (pool.path("state").asString().equals("FAILED")) {
            assertThat(pool.path("reason").asString()).isNotBlank();
        } else {
            assertThat(firstBlock(name)).isEqualTo(content(name));
        }
    }

    @Test
    void shouldServeTheSoundPoolAsBefore() throws IOException {
        assertThat(firstBlock(SOUND)).isEqualTo(content(SOUND));
        weir.rest().createVolume("after", SOUND, "1GiB");
        assertThat(weir.rest().get("/volumes").expect(200).path("items").size())
                .isGreaterThan(FLIPPED_PAGES.size());
    }

    static List<String> flippedPools() {
        return FLIPPED_PAGES.stream().map(page -> "flipped-" + page).toList();
    }

    /** A pool on a device of its own, with a volume of the same name that holds one block. */
    private void provision(RestClient rest, String name) throws IOException {
        rest.post(
                        "/pools",
                        """
                        {"name":"%s","devices":[{"path":"%s","size":"256MiB"}]}\
                        """
                                .formatted(name, device(name)))
                .expect(201);
        rest.createVolume(name, name, "64MiB");
        try (NbdClient client = NbdClient.connect(rest.export(name))) {
            client.write(0, content(name));
            client.perform(Operation.FLUSH, 0, 0);
        }
    }

    private byte[] firstBlock(String name) throws IOException {
        byte[] bytes = new byte[BLOCK_BYTES];
        try (NbdClient client = NbdClient.connect(weir.rest().nbd(name))) {
            client.read(0, bytes);
        }
        return bytes;
    }

    private static byte[] content(String name) {
        byte[] bytes = new byte[BLOCK_BYTES];
        Arrays.fill(bytes, (byte) (1 + Math.floorMod(name.hashCode(), 255)));
        return bytes;
    }

    private static void flipOneBit(Path file, long offset) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            channel.write(one, offset);
        }
    }

    private Path device(String pool) {
        return work.resolve(pool + ".device");
    }

    private Path data() {
        return work.resolve("data");
    }
}

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    private static final String SHORTENED = "shortened";
    private static final String TRUNCATED = "truncated";
    private static final String VANISHED = "vanished";
    private static final String OVERWRITTEN = "overwritten";
    private static final String SOUND = "sound";
    private static final long DEVICE_BYTES = 256L << 20;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int OVERWRITTEN_BYTES = 16 << 20;

    /** In both superblocks, in one record of the journal after the other, and further on. */
    private static final List<Integer> FLIPPED_BYTES =
            List.of(100, 16_484, 32_788, 32_868, 32_968, 33_032, 33_068, 33_168, 65_636, 1_000_000);

    private RunningWeir weir;
    private Path work;

    @BeforeAll
    void damage(@TempDir(factory = BuildDirectory.class) Path directory) throws IOException {
        work = directory;
        try (RunningWeir before = RunningWeir.start(data(), "--no-default-pool")) {
            for (String pool : List.of(SHORTENED, TRUNCATED, VANISHED, OVERWRITTEN, SOUND)) {
                provision(before.rest(), pool);
            }
            for (String pool : flippedPools()) {
                provision(before.rest(), pool);
            }
            before.kill();
        }
        truncate(device(SHORTENED), DEVICE_BYTES / 2);
        truncate(device(TRUNCATED), 1 << 20);
        Files.delete(device(VANISHED));
        byte[] garbage = new byte[OVERWRITTEN_BYTES];
        Arrays.fill(garbage, (byte) 0x5a);
        try (FileChannel file = FileChannel.open(device(OVERWRITTEN), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(garbage), 0);
        }
        for (int offset : FLIPPED_BYTES) {
            flipOneBit(device("flipped-" + offset), offset);
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

    @Test
    void shouldServeWhatIsLeftOfAShortenedDeviceAndSayWhatIsNot() throws IOException {
        assertThat(reported(SHORTENED)).contains("POOL_DAMAGED");
        assertThat(bytesOfFirstBlock(SHORTENED)).containsExactly(letter(SHORTENED));
    }

    @ParameterizedTest
    @MethodSource("flippedPools")
    void shouldNotLoseASilentBitFlipInTheMetadata(String name) throws IOException {
        if (reported(name).isEmpty()) {
            assertThat(bytesOfFirstBlock(name)).containsExactly(letter(name));
        }
    }

    @Test
    void shouldServeTheSoundPoolAsBefore() throws IOException {
        assertThat(bytesOfFirstBlock(SOUND)).containsExactly(letter(SOUND));
        weir.rest().createVolume("after", SOUND, "1GiB");
        assertThat(weir.rest().get("/volumes").expect(200).path("items").size())
                .isGreaterThan(FLIPPED_BYTES.size());
    }

    static List<String> flippedPools() {
        return FLIPPED_BYTES.stream().map(offset -> "flipped-" + offset).toList();
    }

    /** What Weir says about differences it found in this pool or its volume when it started. */
    private List<String> reported(String name) {
        List<String> kinds = new ArrayList<>();
        for (JsonNode difference : weir.rest().get("/status").expect(200).path("differences")) {
            if (difference.path("subject").asString().endsWith("/" + name)) {
                kinds.add(difference.path("kind").asString());
            }
        }
        return kinds;
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
        byte[] content = new byte[BLOCK_BYTES];
        Arrays.fill(content, letter(name));
        try (NbdClient client = NbdClient.connect(rest.export(name))) {
            client.write(0, content);
            client.perform(Operation.FLUSH, 0, 0);
        }
    }

    /** Each byte that occurs in the first block. */
    private Set<Byte> bytesOfFirstBlock(String name) throws IOException {
        byte[] bytes = new byte[BLOCK_BYTES];
        try (NbdClient client = NbdClient.connect(weir.rest().nbd(name))) {
            client.read(0, bytes);
        }
        Set<Byte> found = new HashSet<>();
        for (byte value : bytes) {
            found.add(value);
        }
        return found;
    }

    /** What the volume of this name is filled with. */
    private static byte letter(String name) {
        return (byte) (1 + Math.floorMod(name.hashCode(), 255));
    }

    private static void truncate(Path file, long sizeBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(sizeBytes);
        }
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

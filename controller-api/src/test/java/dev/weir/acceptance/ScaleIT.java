package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.HostFile;
import dev.weir.acceptance.lab.NbdClient;
import dev.weir.acceptance.lab.RestClient;
import dev.weir.acceptance.lab.RunningWeir;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Big volumes, many volumes, many grains. Times are printed for people, never asserted: machines
 * differ. {@code -Dweir.scale.grains=N} sets how many grains are mapped.
 */
class ScaleIT {
    private static final int VOLUMES = 1_000;
    private static final int SCATTERED_VOLUMES = 100;
    private static final int GRAINS = Integer.getInteger("weir.scale.grains", 1_000_000);
    private static final int GRAIN_BYTES = 4096;
    private static final int GRAINS_PER_VOLUME_BITS = 18;
    private static final int PIPELINE = 256;
    private static final int SAMPLES = 50;

    /** Odd, so that multiples of it meet each grain of a power of two once. */
    private static final int STRIDE = 104_729;

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldPromise64TiBOnATenGibibytePoolForLessThanAMebibyte() {
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"))) {
            RestClient rest = weir.rest();
            Path device =
                    Path.of(rest.pool("default").path("devices").path(0).path("path").asString());
            long allocatedBefore = rest.pool("default").path("allocatedBytes").asLong();
            long hostBefore = HostFile.allocatedBytes(device);

            long start = System.nanoTime();
            JsonNode volume = rest.createVolume("huge", "default", "64TiB");
            report("a volume of 64 TiB was created", start);

            assertThat(volume.path("sizeBytes").asLong()).isEqualTo(64L << 40);
            assertThat(rest.pool("default").path("allocatedBytes").asLong() - allocatedBefore)
                    .isLessThan(1 << 20);
            assertThat(HostFile.allocatedBytes(device) - hostBefore).isLessThan(1 << 20);
            assertThat(rest.pool("default").path("virtualBytes").asLong()).isEqualTo(64L << 40);
        }
    }

    @Test
    void shouldServeAThousandVolumes() {
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"))) {
            long creating = System.nanoTime();
            for (int i = 0; i < VOLUMES; i++) {
                weir.rest().createVolume("v%04d".formatted(i), "default", "1GiB");
            }
            report(VOLUMES + " volumes were created", creating);
            assertThat(namesOnOnePage(weir.rest())).hasSize(VOLUMES);

            long listing = System.nanoTime();
            assertThat(namesOnOnePage(weir.rest())).contains("v0000", "v0999");
            report(VOLUMES + " volumes were listed in one page", listing);

            weir.stop();
            weir.restart();
            System.out.printf(
                    "scale: ready with %d volumes %d ms after the command%n",
                    VOLUMES, weir.startTime().toMillis());
            assertThat(namesOnOnePage(weir.rest())).hasSize(VOLUMES);
        }
    }

    @Test
    void shouldRecoverAMillionScatteredGrainsAfterAKill() throws Exception {
        int perVolume = GRAINS / SCATTERED_VOLUMES;
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"), "--no-default-pool")) {
            RestClient rest = weir.rest();
            rest.post(
                            "/pools",
                            """
                            {"name":"fine","extentSize":"4MiB","grainSize":"4KiB",
                             "devices":[{"path":"%s","size":"12GiB"}]}\
                            """
                                    .formatted(work.resolve("device")))
                    .expect(201);
            long filling = System.nanoTime();
            for (int volume = 0; volume < SCATTERED_VOLUMES; volume++) {
                rest.createVolume(
                        name(volume), "fine", (long) GRAIN_BYTES << GRAINS_PER_VOLUME_BITS);
                fill(rest, volume, perVolume);
            }
            report(GRAINS + " grains were mapped", filling);

            weir.kill();
            weir.restart();

            System.out.printf(
                    "scale: ready with %d mapped grains %d ms after the command%n",
                    GRAINS, weir.startTime().toMillis());
            for (int volume = 0; volume < SCATTERED_VOLUMES; volume++) {
                checkSamples(weir.rest(), volume, perVolume);
            }
        }
    }

    private static Set<String> namesOnOnePage(RestClient rest) {
        JsonNode page = rest.get("/volumes?page=0&pageSize=" + VOLUMES).expect(200);
        Set<String> names = new HashSet<>();
        page.path("items").forEach(volume -> names.add(volume.path("name").asString()));
        return names;
    }

    private static void fill(RestClient rest, int volume, int grains) throws IOException {
        try (NbdClient client = NbdClient.connect(rest.export(name(volume)))) {
            for (int first = 0; first < grains; first += PIPELINE) {
                int count = Math.min(PIPELINE, grains - first);
                for (int i = first; i < first + count; i++) {
                    client.submitWrite(offset(i), content(volume, i), false);
                }
                client.send();
                for (int i = 0; i < count; i++) {
                    client.awaitReply();
                }
            }
        }
    }

    private static void checkSamples(RestClient rest, int volume, int grains) throws IOException {
        JsonNode found = rest.volume(name(volume));
        assertThat(found.path("mappedBytes").asLong()).isEqualTo((long) grains * GRAIN_BYTES);
        try (NbdClient client = NbdClient.connect(rest.nbd(name(volume)))) {
            byte[] bytes = new byte[GRAIN_BYTES];
            for (int sample = 0; sample < SAMPLES; sample++) {
                int written = (int) ((long) sample * (grains - 1) / (SAMPLES - 1));
                client.read(offset(written), bytes);
                assertThat(bytes).isEqualTo(content(volume, written));
                client.read(offset(grains + sample), bytes);
                assertThat(bytes).containsOnly(0);
            }
        }
    }

    private static String name(int volume) {
        return "scattered-%02d".formatted(volume);
    }

    private static long offset(int index) {
        long grain = (long) index * STRIDE & ((1L << GRAINS_PER_VOLUME_BITS) - 1);
        return grain * GRAIN_BYTES;
    }

    private static byte[] content(int volume, int index) {
        long stamp = (long) (volume + 1) << 32 | index;
        ByteBuffer bytes = ByteBuffer.allocate(GRAIN_BYTES);
        bytes.putLong(0, stamp).putLong(GRAIN_BYTES - Long.BYTES, ~stamp);
        return bytes.array();
    }

    private static void report(String what, long startNanos) {
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        System.out.printf("scale: %s in %d ms%n", what, took.toMillis());
    }
}

package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.IscsiInitiator;
import dev.weir.acceptance.lab.IscsiInitiator.Reply;
import dev.weir.acceptance.lab.RunningWeir;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What iSCSI initiators see of a pool that fills up, is full, and gets room again. */
@TestInstance(Lifecycle.PER_CLASS)
class FullPoolIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int WRITE_BYTES = IscsiInitiator.MAX_DATA_BYTES;
    private static final int WRITE_BLOCKS = WRITE_BYTES / IscsiInitiator.BLOCK_BYTES;
    private static final String GOOD = "GOOD";
    private static final String THRESHOLD = "06/38/07";
    private static final String NO_SPACE = "07/27/07";

    private RunningWeir weir;
    private Path directory;

    @BeforeAll
    void start(@TempDir(factory = BuildDirectory.class) Path temporary) {
        directory = temporary;
        weir = RunningWeir.start(directory.resolve("data"), "--no-default-pool");
    }

    @AfterAll
    void stop() {
        weir.close();
    }

    @Test
    void shouldWarnOnceFailWritesThatNeedSpaceAndRecoverByUnmapInTheSameSessions()
            throws IOException {
        pool("tight");
        URI uri = export("busy", "tight");
        try (IscsiInitiator busy = logIn(uri, "busy");
                IscsiInitiator idle = logIn(uri, "idle")) {
            List<String> seen = new ArrayList<>();
            int written = fill(busy, seen);

            weir.rest().await("/status", status -> level(status).equals("FULL"), LIMIT);
            assertThat(events()).containsOnlyOnce("pool.full");
            // Whether it came in the middle of the writes or behind them.
            for (int i = 0; i < 3; i++) {
                seen.add(busy.run(0, 0, 0, 0, 0, 0).outcome());
            }
            assertThat(seen).containsOnlyOnce(THRESHOLD);
            assertThat(idle.run(0, 0, 0, 0, 0, 0).outcome()).isEqualTo(THRESHOLD);
            assertThat(idle.run(0, 0, 0, 0, 0, 0).outcome()).isEqualTo(GOOD);

            assertThat(busy.read(0, WRITE_BYTES).data()).isEqualTo(content(0));
            assertThat(busy.write(0, content(99)).outcome()).isEqualTo(GOOD);
            assertThat(idle.read(0, WRITE_BYTES).data()).isEqualTo(content(99));
            assertThat(idle.write(written * WRITE_BLOCKS, content(1)).outcome())
                    .isEqualTo(NO_SPACE);

            int half = written / 2;
            assertThat(busy.unmap(0, half * WRITE_BLOCKS).outcome()).isEqualTo(GOOD);
            weir.rest().await("/status", status -> level(status).isEmpty(), LIMIT);
            assertThat(events()).containsOnlyOnce("pool.roomy");
            assertThat(busy.read(0, WRITE_BYTES).data()).containsOnly(0);
            assertThat(idle.write(written * WRITE_BLOCKS, content(1)).outcome()).isEqualTo(GOOD);
            assertThat(busy.read(written * WRITE_BLOCKS, WRITE_BYTES).data()).isEqualTo(content(1));

            // The next crossing is told again.
            for (int i = 0; i < half - 1; i++) {
                busy.write(i * WRITE_BLOCKS, content(i));
            }
            weir.rest().await("/status", status -> !level(status).isEmpty(), LIMIT);
            assertThat(idle.run(0, 0, 0, 0, 0, 0).outcome()).isEqualTo(THRESHOLD);
            assertThat(idle.run(0, 0, 0, 0, 0, 0).outcome()).isEqualTo(GOOD);
        }
    }

    @Test
    void shouldShowQemuAnErrorAndServeItOnAfterADiscard() {
        pool("small");
        URI uri = export("guest", "small");

        var outcome =
                Command.of("qemu-io", "-f", "raw")
                        .and("-c", "write -P 0x11 0 16M")
                        .and("-c", "write -P 0x22 16M 100M")
                        .and("-c", "read -P 0x11 0 16M")
                        .and("-c", "write -P 0x33 0 1M")
                        .and("-c", "read -P 0x33 0 1M")
                        .and("-c", "discard 0 16M")
                        .and("-c", "discard 16M 100M")
                        .and("-c", "sleep 3000")
                        .and("-c", "write -P 0x44 128M 16M")
                        .and("-c", "read -P 0x44 128M 16M")
                        .and(uri)
                        .within(LIMIT)
                        .run();

        String output = outcome.output();
        assertThat(output)
                .containsOnlyOnce("write failed: No space left on device")
                .containsOnlyOnce("write failed")
                .contains("DATA PROTECTION(7)", "(0x2707)")
                .doesNotContain("read failed", "discard failed");
        assertThat(output.split("read 16777216/16777216", -1)).hasSize(3);
        assertThat(output).doesNotContain("Pattern verification");
    }

    /** Writes until there is no space; returns how many writes that took. */
    private static int fill(IscsiInitiator initiator, List<String> seen) throws IOException {
        int written = 0;
        while (true) {
            Reply reply = initiator.write(written * WRITE_BLOCKS, content(written));
            seen.add(reply.outcome());
            switch (reply.outcome()) {
                case GOOD -> written++;
                case THRESHOLD -> {}
                default -> {
                    assertThat(reply.outcome()).isEqualTo(NO_SPACE);
                    return written;
                }
            }
        }
    }

    private static byte[] content(int number) {
        byte[] content = new byte[WRITE_BYTES];
        Arrays.fill(content, (byte) (number % 251 + 1));
        return content;
    }

    private static IscsiInitiator logIn(URI uri, String name) throws IOException {
        IscsiInitiator initiator = IscsiInitiator.logIn(uri, "iqn.2026-11.test:" + name);
        assertThat(initiator.run(0, 0, 0, 0, 0, 0).outcome()).isEqualTo("06/29/00");
        return initiator;
    }

    private static String level(JsonNode status) {
        return status.path("fillingPools")
                .valueStream()
                .filter(pool -> pool.path("pool").asString().equals("tight"))
                .map(pool -> pool.path("level").asString())
                .findFirst()
                .orElse("");
    }

    private List<String> events() {
        return weir.rest()
                .get("/events")
                .expect(200)
                .path("items")
                .valueStream()
                .filter(event -> event.path("subject").asString().equals("pools/tight"))
                .map(event -> event.path("kind").asString())
                .toList();
    }

    private void pool(String name) {
        weir.rest()
                .post(
                        "/pools",
                        """
                        {"name":"%s","extentSize":"4MiB",
                         "devices":[{"path":"%s","size":"96MiB"}]}\
                        """
                                .formatted(name, directory.resolve(name)))
                .expect(201);
    }

    private URI export(String volume, String pool) {
        weir.rest().createVolume(volume, pool, "256MiB");
        var export =
                weir.rest()
                        .post("/volumes/" + volume + "/exports", "{\"protocol\":\"iscsi\"}")
                        .expect(201);
        return URI.create(export.path("uri").asString());
    }
}

package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.RunningWeir;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Volumes over iSCSI, with libiscsi's tools and QEMU's. */
@TestInstance(Lifecycle.PER_CLASS)
class IscsiIT {
    private static final String PREFIX = "iqn.2026-11.dev.weir:";
    private static final String SECRET = "twelve-chars";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private RunningWeir weir;

    @BeforeAll
    void start(@TempDir(factory = BuildDirectory.class) Path directory) {
        weir = RunningWeir.start(directory.resolve("data"));
    }

    @AfterAll
    void stop() {
        weir.close();
    }

    @Test
    void shouldBeDiscoveredWithItsSize() {
        var uri = export("discovered", "100MiB", "{\"protocol\":\"iscsi\"}");

        assertThat(Command.of("iscsi-ls", portal(uri)).succeed())
                .contains("Target:" + PREFIX + "discovered");
        assertThat(Command.of("iscsi-inq", uri).succeed()).contains("Vendor:WEIR");
        assertThat(Command.of("iscsi-readcapacity16", uri).succeed())
                .contains("RETURNED LOGICAL BLOCK ADDRESS:204799");
    }

    /** QEMU 7.2 cannot read thin disks of such blocks: it asks for an odd length itself. */
    @Test
    void shouldHaveLargeBlocksIfAskedTo() {
        var uri = export("large", "100MiB", "{\"protocol\":\"iscsi\",\"blockSize\":4096}");

        assertThat(Command.of("iscsi-readcapacity16", uri).succeed())
                .contains(
                        "RETURNED LOGICAL BLOCK ADDRESS:25599",
                        "LOGICAL BLOCK LENGTH IN BYTES:4096");
    }

    @Test
    void shouldBeWrittenOverIscsiAndReadOverNbdAfterAKill() {
        var uri = export("both", "64MiB", "{\"protocol\":\"iscsi\"}");
        weir.rest().export("both");
        qemuIo(uri, "write -P 0x5a 1M 128k", "write -z -u 2M 64k", "discard 3M 64k", "flush");
        qemuIo(uri, "write -f -P 0x33 8M 4k", "read -P 0x33 8M 4k");
        assertThat(Command.of("qemu-img", "info", "-f", "raw", uri).succeed()).contains("64 MiB");

        weir.kill();
        weir.restart();

        qemuIo(uri("both"), "read -P 0x5a 1M 128k", "read -P 0 2M 64k", "read -P 0x33 8M 4k");
        Command.of("qemu-img", "compare", "-f", "raw", "-F", "raw", uri("both"), nbd("both"))
                .succeed();
    }

    @Test
    void shouldAddAndRemoveLunsUnderLoadOnAnotherOne() throws Exception {
        var busy = export("luns-0", "64MiB", "{\"protocol\":\"iscsi\",\"target\":\"luns\"}");
        var stop = new AtomicBoolean();
        var load =
                CompletableFuture.supplyAsync(() -> {
                    int runs = 0;
                    while (!stop.get()) {
                        Command.of("qemu-img", "bench", "-w", "-c", 5_000, "-d", 16, "-s", 4096)
                                .and("-f", "raw", busy)
                                .succeed();
                        runs++;
                    }
                    return runs;
                });
        for (int lun = 1; lun <= 8; lun++) {
            var uri =
                    export(
                            "luns-" + lun,
                            "64MiB",
                            "{\"protocol\":\"iscsi\",\"target\":\"luns\",\"lun\":%d}"
                                    .formatted(lun));
            qemuIo(uri, "write -P %d 0 64k".formatted(lun), "read -P %d 0 64k".formatted(lun));
            if (lun % 2 == 0) {
                withdraw("luns-" + lun);
            }
        }
        stop.set(true);

        assertThat(load.get()).as("runs of the load, none of which failed").isPositive();
        assertThat(Command.of("iscsi-ls", "-s", portal(busy)).run().output())
                .contains("Lun:0", "Lun:1", "Lun:3", "Lun:5", "Lun:7")
                .doesNotContain("Lun:2", "Lun:4", "Lun:6", "Lun:8");
    }

    private void withdraw(String volume) {
        var export = weir.rest().volume(volume).path("exports").path(0).path("id").asString();
        weir.rest().delete("/exports/" + export).expect(204);
    }

    @Test
    void shouldAskForChapInBothDirections() {
        var uri =
                export(
                        "secret",
                        "64MiB",
                        """
                        {"protocol":"iscsi","chap":{"user":"reader","secret":"%s"},
                         "mutualChap":{"user":"weir","secret":"other-%s"}}\
                        """
                                .formatted(SECRET, SECRET));
        var admitted = uri.toString().replace("iscsi://", "iscsi://reader%" + SECRET + "@");

        assertThat(Command.of("iscsi-inq", uri).run().exitCode()).isNotZero();
        assertThat(
                        Command.of("iscsi-inq", admitted.replace(SECRET, "wrong-secret"))
                                .run()
                                .exitCode())
                .isNotZero();
        assertThat(Command.of("iscsi-inq", admitted).succeed()).contains("Vendor:WEIR");
        assertThat(
                        Command.of(
                                        "iscsi-inq",
                                        admitted
                                                + "?target_user=weir&target_password=other-"
                                                + SECRET)
                                .succeed())
                .contains("Vendor:WEIR");
        assertThat(
                        Command.of(
                                        "iscsi-inq",
                                        admitted + "?target_user=weir&target_password=not-this-one")
                                .run()
                                .exitCode())
                .isNotZero();
    }

    @Test
    void shouldAdmitOnlyTheInitiatorsThatItNames() {
        var uri =
                export(
                        "listed",
                        "64MiB",
                        "{\"protocol\":\"iscsi\",\"initiators\":[\"iqn.2026-11.test:friend\"]}");

        assertThat(Command.of("iscsi-inq", "-i", "iqn.2026-11.test:friend", uri).succeed())
                .contains("Vendor:WEIR");
        assertThat(Command.of("iscsi-inq", "-i", "iqn.2026-11.test:foe", uri).run().exitCode())
                .isNotZero();
    }

    @Test
    void shouldRefuseToWriteWhatIsReadOnly() {
        var uri = export("fixed", "64MiB", "{\"protocol\":\"iscsi\",\"readOnly\":true}");

        assertThat(
                        Command.of("qemu-io", "-f", "raw", "-c", "write 0 4k", uri)
                                .within(LIMIT)
                                .run()
                                .output())
                .contains("write protected");
        Command.of("qemu-io", "-r", "-f", "raw", "-c", "read -P 0 0 4k", uri).succeed();
    }

    @Test
    void shouldShowANewSizeToWhoeverAsksAgain() {
        var uri = export("grown", "64MiB", "{\"protocol\":\"iscsi\"}");
        weir.rest().patch("/volumes/grown", "{\"size\":\"128MiB\"}").expect(200);

        assertThat(Command.of("qemu-img", "info", "-f", "raw", uri).succeed()).contains("128 MiB");
    }

    @Test
    void shouldListItsSessionsAndEndThemWhenTheExportIsDeleted() throws Exception {
        var uri = export("ended", "64MiB", "{\"protocol\":\"iscsi\"}");
        var client = Command.of("iscsi-perf", "-m", "4", "-b", "8", "-t", "60", "-r", uri).start();
        try {
            var exports =
                    weir.rest()
                            .await(
                                    "/exports",
                                    answer -> !of(answer, "ended").path("clients").isEmpty(),
                                    LIMIT);
            var export = of(exports, "ended");
            assertThat(export.path("clients").path(0).path("initiator").asString())
                    .startsWith("iqn.");

            weir.rest().delete("/exports/" + export.path("id").asString()).expect(204);

            weir.rest()
                    .await("/status", status -> status.path("iscsiSessions").asInt() == 0, LIMIT);
            weir.rest().delete("/volumes/ended").expect(204);
            assertThat(Command.of("iscsi-inq", uri).run().exitCode()).isNotZero();
        } finally {
            client.toHandle().destroyForcibly();
        }
    }

    private static JsonNode of(JsonNode exports, String volume) {
        return exports.path("items")
                .valueStream()
                .filter(export -> export.path("volume").asString().equals(volume))
                .findFirst()
                .orElseThrow();
    }

    private URI export(String volume, String size, String body) {
        weir.rest().createVolume(volume, "default", size);
        var export = weir.rest().post("/volumes/" + volume + "/exports", body).expect(201);
        assertThat(export.path("target").asString()).startsWith(PREFIX);
        return URI.create(export.path("uri").asString());
    }

    private URI uri(String volume) {
        return URI.create(exportUri(volume, "iscsi"));
    }

    private URI nbd(String volume) {
        return URI.create(exportUri(volume, "nbd"));
    }

    private String exportUri(String volume, String protocol) {
        return weir.rest()
                .volume(volume)
                .path("exports")
                .valueStream()
                .filter(export -> export.path("protocol").asString().equals(protocol))
                .findFirst()
                .orElseThrow()
                .path("uri")
                .asString();
    }

    private static String portal(URI uri) {
        return "iscsi://" + uri.getAuthority();
    }

    private static void qemuIo(URI uri, String... commands) {
        var command = Command.of("qemu-io", "-f", "raw");
        for (var line : commands) {
            command = command.and("-c", line);
        }
        var outcome = command.and(uri).within(LIMIT).run();
        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        assertThat(outcome.output()).doesNotContain("failed", "rror");
    }
}

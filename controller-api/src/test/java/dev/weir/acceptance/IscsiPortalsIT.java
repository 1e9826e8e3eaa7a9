package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.RunningWeir;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** One target on several addresses, of IPv4 and IPv6, with libiscsi's tools. */
class IscsiPortalsIT {
    private static final String TARGET = "iqn.2026-11.dev.weir:wide";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldServeOneTargetOnSeveralPortalsAndListThemAll() throws IOException {
        try (var weir =
                start("--iscsi-portal", "127.0.0.2:0", "--iscsi-portal=127.0.0.3:0,san.example")) {
            var portals = portals(weir);
            assertThat(portals).hasSize(3);
            assertThat(portals.get(0)).startsWith("127.0.0.1:").doesNotEndWith(":0");
            assertThat(portals.get(1)).startsWith("127.0.0.2:").doesNotEndWith(":0");
            assertThat(portals.get(2)).startsWith("127.0.0.3:").doesNotEndWith(":0");

            for (var portal : portals) {
                assertThat(Command.of("iscsi-ls", "iscsi://" + portal).succeed())
                        .contains(
                                "Target:" + TARGET,
                                "Portal:" + portals.get(0) + ",1",
                                "Portal:" + portals.get(1) + ",1",
                                "Portal:"
                                        + portals.get(2).replace("127.0.0.3", "san.example")
                                        + ",1");
                assertThat(inquire(portal)).contains("Vendor:WEIR");
            }
        }
    }

    @Test
    void shouldShareOneUnitBetweenPathsThroughDifferentPortals() throws IOException {
        try (var weir = start("--iscsi-portal", "127.0.0.2:0")) {
            var portals = portals(weir);
            io("write -P 0x5a 1M 64k", portals.get(0));

            io("read -P 0x5a 1M 64k", portals.get(1));
            assertThat(
                            Command.of("iscsi-test-cu", "--dataloss", url(portals.get(0)))
                                    .and(url(portals.get(1)), "--test=ALL.MultipathIO.Simple")
                                    .within(LIMIT)
                                    .succeed())
                    .doesNotContain("[SKIPPED]");
        }
    }

    /** Where the host has no IPv6 the refusal says so; a start without that portal would not do. */
    @Test
    void shouldServeIpv6OrSayThatTheHostHasNone() throws IOException {
        if (!hasIpv6()) {
            var refused =
                    RunningWeir.serve(data(), List.of("--iscsi-portal", "[::1]:0"))
                            .within(LIMIT)
                            .run();
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.stderr()).startsWith("weir: cannot listen on [::1]:0 (iscsi): ");
            return;
        }
        try (var weir = start("--iscsi-portal", "[::1]:0")) {
            var port = portals(weir).get(1).replaceFirst(".*]:", "");

            assertThat(Command.of("iscsi-ls", "iscsi://[::1]:" + port).succeed())
                    .contains("Target:" + TARGET, "]:" + port + ",1", portals(weir).get(0) + ",1");
            assertThat(inquire("[::1]:" + port)).contains("Vendor:WEIR");
        }
    }

    @Test
    void shouldTellOfItsRealPortWhereOnlyAHostIsAdvertised() throws IOException {
        try (var weir = start("--iscsi-advertise", "localhost")) {
            var told = portals(weir).getFirst().replace("127.0.0.1", "localhost");

            assertThat(weir.rest().volume("wide").path("exports").path(0).path("uri").asString())
                    .isEqualTo("iscsi://" + told + "/" + TARGET + "/0");
            assertThat(inquire(told)).contains("Vendor:WEIR");
            assertThat(Command.of("iscsi-ls", "iscsi://" + told).succeed())
                    .contains("Portal:" + told + ",1");
        }
    }

    private RunningWeir start(String... options) {
        var weir = RunningWeir.start(data(), options);
        weir.rest().createVolume("wide", "default", "64MiB");
        weir.rest().post("/volumes/wide/exports", "{\"protocol\":\"iscsi\"}").expect(201);
        return weir;
    }

    private static List<String> portals(RunningWeir weir) throws IOException {
        var run =
                JsonMapper.shared().readTree(Files.readString(weir.dataDir().resolve("run.json")));
        return run.path("iscsiPortals").valueStream().map(portal -> portal.asString()).toList();
    }

    private static String inquire(String portal) {
        return Command.of("iscsi-inq", url(portal)).succeed();
    }

    private static void io(String command, String portal) {
        var outcome = Command.of("qemu-io", "-f", "raw", "-c", command, url(portal)).run();
        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        assertThat(outcome.output()).doesNotContain("failed", "rror");
    }

    private static String url(String portal) {
        return "iscsi://" + portal + "/" + TARGET + "/0";
    }

    private static boolean hasIpv6() {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private Path data() {
        return work.resolve("data");
    }
}

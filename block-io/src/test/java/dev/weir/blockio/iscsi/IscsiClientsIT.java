package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real initiators: the tools of libiscsi, QEMU's block layer, and fio behind qemu-nbd. */
class IscsiClientsIT {
    private static final int SIZE = Portal.SIZE;

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "?header_digest=crc32c"})
    void shouldBeSeenByTheToolsOfLibiscsi(String options) throws IOException {
        try (Portal portal = Portal.open()) {
            assertThat(Program.run("iscsi-ls", "-s", "iscsi://" + portal.address()))
                    .contains(Portal.DISK, "DIRECT_ACCESS");
            assertThat(Program.run("iscsi-inq", uri(portal, "") + options)).contains("Vendor:WEIR");
            assertThat(Program.run("iscsi-readcapacity16", uri(portal, "") + options))
                    .contains("Total size:" + SIZE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "alice%secret-of-alice@, true",
        "alice%secret-of-alicf@, false",
        "bob%secret-of-alice@, false",
        "'', false"
    })
    void shouldLetInWhoProvesThemselves(String user, boolean admitted) throws IOException {
        IscsiAccess access =
                new IscsiAccess(
                        Set.of(),
                        Optional.of(new ChapCredentials("alice", "secret-of-alice")),
                        Optional.empty(),
                        8);
        try (Portal portal = new Portal(access, IscsiLimits.defaults())) {
            Program.Result result = Program.tryRun("iscsi-inq", uri(portal, user));

            assertThat(result.exitCode() == 0).as(result.output()).isEqualTo(admitted);
            assertThat(result.output()).contains(admitted ? "WEIR" : "Authentication failure");
        }
    }

    @ParameterizedTest
    @CsvSource({"secret-of-disks, true", "secret-of-dicks, false"})
    void shouldProveItselfToTheInitiator(String expected, boolean believed) throws IOException {
        IscsiAccess access =
                new IscsiAccess(
                        Set.of(),
                        Optional.of(new ChapCredentials("alice", "secret-of-alice")),
                        Optional.of(new ChapCredentials("disks", "secret-of-disks")),
                        8);
        try (Portal portal = new Portal(access, IscsiLimits.defaults())) {
            Program.Result result =
                    Program.tryRun(
                            "env",
                            "LIBISCSI_CHAP_TARGET_USERNAME=disks",
                            "LIBISCSI_CHAP_TARGET_PASSWORD=" + expected,
                            "iscsi-inq",
                            uri(portal, "alice%secret-of-alice@"));

            assertThat(result.exitCode() == 0).as(result.output()).isEqualTo(believed);
        }
    }

    @Test
    void shouldKeepThePatternsOfQemuIo() throws IOException {
        try (Portal portal = Portal.open()) {
            String output =
                    Program.run(
                            qemuIo(
                                    uri(portal, ""),
                                    "write -P 0xab 0 1M",
                                    "read -P 0xab 0 1M",
                                    "write -P 0x11 1000 777",
                                    "read -P 0x11 1000 777",
                                    "write -z -u 128k 64k",
                                    "discard 192k 64k",
                                    "read -P 0 128k 128k",
                                    "write -f -P 0xcd 4k 4k",
                                    "flush",
                                    "read -P 0xcd 4k 4k",
                                    "aio_write -P 1 2M 64k",
                                    "aio_write -P 2 3M 4M",
                                    "aio_flush",
                                    "read -P 1 2M 64k",
                                    "read -P 2 3M 4M"));

            assertThat(output).doesNotContainIgnoringCase("failed", "error");
            assertThat(portal.device.flushes()).isPositive();
        }
    }

    @Test
    void shouldHoldAnImageThatQemuImgFindsIdentical() throws IOException {
        Path image = directory.resolve("image.raw");
        byte[] data = new byte[SIZE];
        new Random(2).nextBytes(data);
        Arrays.fill(data, 2 << 20, 8 << 20, (byte) 0);
        Files.write(image, data);
        try (Portal portal = Portal.open()) {
            String uri = uri(portal, "");
            Program.run(
                    "qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image.toString(), uri);

            assertThat(
                            Program.run(
                                    "qemu-img",
                                    "compare",
                                    "-f",
                                    "raw",
                                    "-F",
                                    "raw",
                                    image.toString(),
                                    uri))
                    .contains("Images are identical");
        }
    }

    @Test
    void shouldKeepWhatFioVerifiesThroughABridge() throws Exception {
        int port = freePort();
        try (Portal portal = Portal.open()) {
            Process bridge =
                    new ProcessBuilder(
                                    "qemu-nbd",
                                    "-t",
                                    "-b",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(port),
                                    "-f",
                                    "raw",
                                    "-x",
                                    "i",
                                    "--cache=none",
                                    uri(portal, ""))
                            .inheritIO()
                            .start();
            try {
                awaitListening(port);
                Program.run(
                        "fio",
                        "--name=verify",
                        "--ioengine=nbd",
                        "--uri=nbd://127.0.0.1:" + port + "/i",
                        "--rw=randrw",
                        "--bsrange=512-64k",
                        "--iodepth=16",
                        "--size=16m",
                        "--fsync=64",
                        "--verify=crc32c",
                        "--verify_fatal=1",
                        "--verify_state_save=0");
            } finally {
                bridge.destroy();
                bridge.waitFor(30, TimeUnit.SECONDS);
            }
        }
    }

    private static String uri(Portal portal, String user) {
        return "iscsi://" + user + portal.address() + "/" + Portal.DISK + "/0";
    }

    private static String[] qemuIo(String uri, String... commands) {
        String[] line = new String[4 + 2 * commands.length];
        line[0] = "qemu-io";
        line[1] = "-f";
        line[2] = "raw";
        for (int i = 0; i < commands.length; i++) {
            line[3 + 2 * i] = "-c";
            line[4 + 2 * i] = commands[i];
        }
        line[line.length - 1] = uri;
        return line;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void awaitListening(int port) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException _) {
                Thread.sleep(50);
            }
        }
        throw new AssertionError("qemu-nbd does not listen");
    }
}

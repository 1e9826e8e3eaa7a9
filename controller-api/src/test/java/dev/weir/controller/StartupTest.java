package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.controller.settings.ExitCode;
import dev.weir.controller.settings.StartupException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Why a start is refused, in one line. */
class StartupTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"http", "nbd", "iscsi"})
    void shouldNameThePortThatIsInUse(String protocol) throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            RunningController.start(
                                    directory,
                                    "--weir.default-pool=false",
                                    "--weir.%s-port=%d".formatted(protocol, other.getLocalPort())))
                    .isInstanceOf(StartupException.class)
                    .hasMessage(
                            "cannot listen on 127.0.0.1:%d (%s): address already in use"
                                    .formatted(other.getLocalPort(), protocol));
        }
        RunningController.start(directory, "--weir.default-pool=false").close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
    void shouldNameThePortalThatIsInUse(String address) throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var portal = "%s:%d".formatted(address, other.getLocalPort());

            assertThatThrownBy(() ->
                            RunningController.start(directory, "--weir.iscsi-portal[0]=" + portal))
                    .isInstanceOf(StartupException.class)
                    .hasMessage("cannot listen on %s (iscsi): address already in use", portal);
        }
    }

    @Test
    void shouldRefuseAPortalOnAnAddressOfAnotherHost() {
        assertThatThrownBy(() ->
                        RunningController.start(directory, "--weir.iscsi-portal[0]=192.0.2.1:0"))
                .isInstanceOf(StartupException.class)
                .hasMessage(
                        "cannot listen on 192.0.2.1:0 (iscsi): cannot assign requested address");
    }

    /** 0.0.0.0 leaves nothing of a port to 127.0.0.1. */
    @Test
    void shouldRefuseTwoPortalsThatExcludeEachOther() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }

        assertThatThrownBy(() ->
                        RunningController.start(
                                directory,
                                "--weir.iscsi-port=" + port,
                                "--weir.iscsi-portal[0]=0.0.0.0:" + port))
                .isInstanceOf(StartupException.class)
                .hasMessage("cannot listen on 0.0.0.0:%d (iscsi): address already in use", port);
    }

    @Test
    void shouldRefuseTheDirectoryOfANewerVersion() throws Exception {
        Files.writeString(directory.resolve("version"), "2\n");

        assertThatThrownBy(() -> RunningController.start(directory))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("has layout version 2, written by a newer Weir");
    }

    @Test
    void shouldRefuseADirectoryWhoseVersionCannotBeRead() throws Exception {
        Files.writeString(directory.resolve("version"), "two");

        assertThatThrownBy(() -> RunningController.start(directory))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("does not hold a layout version");
    }

    @Test
    void shouldRefuseADirectoryThatIsAFile() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> RunningController.start(file))
                .isInstanceOf(StartupException.class)
                .hasMessage(
                        "cannot use the data directory %s: it is not a directory".formatted(file));
    }

    @Test
    void shouldRefuseATokenThatIsTooShort() throws Exception {
        Files.writeString(directory.resolve("admin-token"), "short");

        assertThatThrownBy(() -> RunningController.start(directory))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("is shorter than 16 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "--weir.http-port=x, cannot understand --weir.http-port=x",
        "--weir.nbd-port=65536, --weir.nbd-port=65536 is not between 0 and 65535",
        "--weir.iscsi-port=-1, --weir.iscsi-port=-1 is not between 0 and 65535",
        "--weir.iscsi-advertise=a b, --weir.iscsi-advertise=a b is no address and port",
        "--weir.iscsi-portal[0]=::1, '--weir.iscsi-portal=::1 is not ADDR[:PORT][,ADVERTISED[:PORT]]'",
        "--weir.bind=not an address, --weir.bind=not an address is no address"
    })
    void shouldRefuseAnArgumentWithoutMeaning(String argument, String message) {
        assertThatThrownBy(() -> WeirServer.start("--weir.data-dir=" + directory, argument))
                .isInstanceOfSatisfying(
                        StartupException.class,
                        e -> assertThat(e.exitCode()).isEqualTo(ExitCode.WRONG_ARGUMENTS))
                .hasMessage(message);
    }

    @Test
    void shouldSayWhatTheDatabaseSaid() throws Exception {
        Files.createDirectories(directory.resolve("db"));
        Files.writeString(
                directory.resolve("db").resolve("weir.mv.db"), "no database".repeat(1000));

        assertThatThrownBy(() -> RunningController.start(directory))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("cannot use the database: ");
    }

    @Test
    void shouldMakeNoPoolWhenNoneIsWanted() throws Exception {
        try (var weir = RunningController.start(directory, "--weir.default-pool=false")) {
            assertThat(weir.get("/api/v1/pools").json().path("items")).isEmpty();
        }
    }

    @Test
    void shouldNotMakeTheDefaultPoolAgainWhenItWasDeleted() throws Exception {
        try (var weir = RunningController.start(directory)) {
            assertThat(weir.delete("/api/v1/pools/default?deleteFiles=true").status())
                    .isEqualTo(204);
        }
        try (var weir = RunningController.start(directory)) {
            assertThat(weir.get("/api/v1/pools").json().path("items")).isEmpty();
        }
    }
}

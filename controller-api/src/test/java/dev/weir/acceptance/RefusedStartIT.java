package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command.Outcome;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting where something is in the way: one clear line, an exit code, and nothing touched. */
class RefusedStartIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @ParameterizedTest
    @ValueSource(strings = {"--http-port", "--nbd-port", "--iscsi-port"})
    void shouldNameThePortThatIsInUse(String option) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());

            assertOneClearLine(serve(option, port), port);
        }
    }

    @Test
    void shouldLeaveTheDataDirectoryToTheInstanceThatRuns() {
        try (RunningWeir weir = RunningWeir.start(data())) {
            assertOneClearLine(serve(), data().toString());

            assertThat(weir.rest().pool("default").path("name").asString()).isEqualTo("default");
        }
    }

    @Test
    void shouldNotTouchADataDirectoryOfANewerVersion() throws IOException {
        RunningWeir.start(data()).close();
        Path version = data().resolve("version");
        String understood = Files.readString(version);
        Files.writeString(version, "999\n");

        assertOneClearLine(serve(), "newer");

        Files.writeString(version, understood);
        RunningWeir.start(data()).close();
    }

    @ParameterizedTest
    @CsvSource({
        "--http-port, 99999",
        "--nbd-port, many",
        "--bind, 300.1.2.3",
        "--iscsi-portal, 300.1.2.3:0",
        "--iscsi-portal, '127.0.0.1:0, 127.0.0.2'",
        "--no-such-option, value"
    })
    void shouldRefuseAnArgumentWithoutMeaning(String option, String value) {
        Outcome outcome = serve(option, value);

        assertThat(outcome.exitCode()).as(outcome.toString()).isNotZero();
        assertThat(outcome.stderr()).contains(option.substring(2));
        assertThat(outcome.output()).doesNotContain("\tat ", "Exception", "Weir is ready");
    }

    private Path data() {
        return work.resolve("data");
    }

    private Outcome serve(String... options) {
        return RunningWeir.serve(data(), List.of(options)).within(LIMIT).run();
    }

    private static void assertOneClearLine(Outcome outcome, String named) {
        assertThat(outcome.exitCode()).as(outcome.toString()).isNotZero();
        assertThat(outcome.stderr().lines())
                .singleElement()
                .asString()
                .startsWith("weir: ")
                .contains(named);
        assertThat(outcome.output()).doesNotContain("\tat ", "Weir is ready");
    }
}

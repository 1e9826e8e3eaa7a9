package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.controller.settings.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The program as a process: what it prints, what it leaves, and how it ends. */
class MainTest {
    @TempDir Path directory;

    @Test
    void shouldSayThatItIsReadyRefuseASecondOneAndStopInGoodOrder() throws Exception {
        var data = directory.resolve("data");
        var process = start(data, "--weir.nbd-port=0");
        try (var output = output(process)) {
            var ready = output.readLine();

            assertThat(ready).matches("Weir is ready: http://127\\.0\\.0\\.1:[1-9][0-9]*");
            var run = JsonMapper.shared().readTree(Files.readString(data.resolve("run.json")));
            assertThat(run.path("pid").asLong()).isEqualTo(process.pid());
            assertThat(ready).endsWith(run.path("url").asString());
            assertThat(run.path("ports").path("nbd").asInt()).isPositive();
            assertThat(Files.getPosixFilePermissions(data.resolve("admin-token")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertRefused(
                    "the data directory %s is in use by pid %d"
                            .formatted(data.toRealPath(), process.pid()),
                    data,
                    "--weir.nbd-port=0");
            int port = run.path("ports").path("nbd").asInt();
            assertRefused(
                    "cannot listen on 127.0.0.1:%d (nbd): address already in use".formatted(port),
                    directory.resolve("other"),
                    "--weir.nbd-port=" + port);

            process.toHandle().destroy();
            assertThat(output.readLine()).as("nothing else on standard output").isNull();
            assertThat(process.waitFor()).isZero();
            assertThat(data.resolve("run.json")).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    /** One line on standard error, and nothing else. */
    private static void assertRefused(String reason, Path data, String nbdPort) throws Exception {
        var refused = start(data, nbdPort);
        var error = new String(refused.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(error).isEqualTo("weir: %s%n".formatted(reason));
        assertThat(refused.waitFor()).isEqualTo(ExitCode.CANNOT_START.value());
    }

    private static Process start(Path data, String nbdPort) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--weir.data-dir=" + data,
                        "--weir.http-port=0",
                        nbdPort));
        return new ProcessBuilder(command).start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}

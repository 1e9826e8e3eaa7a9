package dev.weir.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs client programs. One that is missing, fails or hangs fails the test. */
public final class Program {
    private static final long TIMEOUT_SECONDS = 120;

    private Program() {}

    /** What a program printed on both outputs, and how it ended. */
    public record Result(List<String> command, int exitCode, String output) {

        public String succeeded() {
            assertThat(exitCode).as("%s printed%n%s", command, output).isZero();
            return output;
        }
    }

    public static String run(String... command) {
        return tryRun(command).succeeded();
    }

    public static Result tryRun(String... command) {
        try {
            Path output = Files.createTempFile("program", ".out");
            try {
                ProcessBuilder builder = new ProcessBuilder(command);
                // Debian's own python has the nbd module that nbdsh needs.
                builder.environment().merge("PATH", "/usr/bin", (path, bin) -> bin + ":" + path);
                builder.redirectErrorStream(true).redirectOutput(output.toFile());
                Process process = builder.start();
                process.getOutputStream().close();
                if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(List.of(command) + " did not end");
                }
                String text = Files.readString(output, StandardCharsets.UTF_8);
                return new Result(List.of(command), process.exitValue(), text);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command[0] + "; is it installed?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

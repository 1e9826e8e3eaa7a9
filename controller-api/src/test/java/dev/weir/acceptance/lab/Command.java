package dev.weir.acceptance.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program and its arguments, run with a time limit and its output captured.
 *
 * <p>A missing program is a failed test, never a skipped one: the launcher installs what Debian
 * has.
 */
public record Command(List<String> words, Duration limit, Path directory) {
    private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

    /** What the developer may have set for a Weir of their own. */
    private static final Set<String> FOREIGN_SETTINGS =
            Set.of("WEIR_ADMIN_TOKEN", "WEIR_DB_URL", "WEIR_DB_USER", "WEIR_DB_PASSWORD");

    /** What a run left behind. */
    public record Outcome(Command command, int exitCode, String stdout, String stderr) {

        /** Everything it printed. */
        public String output() {
            return stdout + stderr;
        }

        @Override
        public String toString() {
            return String.join(" ", command.words)
                    + "\nexit code "
                    + exitCode
                    + "\n--- stdout\n"
                    + stdout
                    + "\n--- stderr\n"
                    + stderr;
        }
    }

    public static Command of(Object... words) {
        return new Command(
                Stream.of(words).map(Object::toString).toList(),
                DEFAULT_LIMIT,
                Path.of("").toAbsolutePath());
    }

    public Command and(Object... more) {
        return new Command(
                Stream.concat(words.stream(), Stream.of(more).map(Object::toString)).toList(),
                limit,
                directory);
    }

    public Command within(Duration newLimit) {
        return new Command(words, newLimit, directory);
    }

    public Command in(Path newDirectory) {
        return new Command(words, limit, newDirectory);
    }

    /** Runs it and returns its stdout; anything but exit code 0 fails the test. */
    public String succeed() {
        Outcome outcome = run();
        if (outcome.exitCode != 0) {
            throw new AssertionError("command failed: " + outcome);
        }
        return outcome.stdout;
    }

    /** Runs it to its end, whatever that is; running out of time fails the test. */
    public Outcome run() {
        try {
            Process process = start();
            process.getOutputStream().close();
            CompletableFuture<String> stdout = drain(process.getInputStream());
            CompletableFuture<String> stderr = drain(process.getErrorStream());
            boolean ended = awaitEnd(process, limit);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.toHandle().destroyForcibly();
                awaitEnd(process, limit);
            }
            Outcome outcome = new Outcome(this, process.exitValue(), stdout.join(), stderr.join());
            if (!ended) {
                throw new AssertionError("not done after " + limit + ": " + outcome);
            }
            return outcome;
        } catch (IOException e) {
            throw new AssertionError("cannot run " + words, e);
        }
    }

    /**
     * Starts it without waiting; the caller reads its output and ends it, by its handle: {@code
     * Process.destroy} would close the output under its reader.
     */
    public Process start() throws IOException {
        List<String> resolved = new ArrayList<>(words);
        resolved.set(0, locate(words.getFirst()).toString());
        ProcessBuilder builder = new ProcessBuilder(resolved).directory(directory.toFile());
        builder.environment().keySet().removeAll(FOREIGN_SETTINGS);
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder.start();
    }

    /** Waits for the end of a process; returns whether it came in time. */
    static boolean awaitEnd(Process process, Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a process", e);
        }
    }

    /** System administration tools are often not in the path of an ordinary user. */
    private static Path locate(String program) {
        if (program.contains("/")) {
            return Path.of(program);
        }
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":", -1))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(
                                program
                                        + " is not installed; `./weir test` as root"
                                        + " installs what the tests need"));
    }

    private static CompletableFuture<String> drain(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(e);
                    }
                });
        return text;
    }
}

package dev.weir.acceptance.lab;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code ./weir serve} on a data directory, on free ports. Owned by one test; it can be stopped,
 * killed, and started again on the same data.
 */
public final class RunningWeir implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("^Weir is ready: (http://\\S+)$");
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final Path dataDir;
    private final List<String> options;
    private Instance instance;

    /** One life of the process. */
    private record Instance(
            Process process,
            ProcessHandle controller,
            Transcript stdout,
            Transcript stderr,
            Duration startTime,
            RestClient rest) {}

    private RunningWeir(Path dataDir, List<String> options) {
        this.dataDir = dataDir;
        this.options = options;
        this.instance = launch();
    }

    /** Starts it and waits until it is ready. */
    public static RunningWeir start(Path dataDir, String... options) {
        return new RunningWeir(dataDir, List.of(options));
    }

    /** The command a user would type; every port it does not name is free to choose. */
    public static Command serve(Path dataDir, List<String> options) {
        Command command =
                Command.of(Repository.launcher(), "serve", "--data-dir", dataDir)
                        .in(Repository.root());
        for (String port : List.of("--http-port", "--nbd-port", "--iscsi-port")) {
            if (!options.contains(port)) {
                command = command.and(port, 0);
            }
        }
        return command.and(options.toArray());
    }

    public Path dataDir() {
        return dataDir;
    }

    public RestClient rest() {
        return instance.rest;
    }

    public long pid() {
        return instance.controller.pid();
    }

    /** From typing the command to the ready line. */
    public Duration startTime() {
        return instance.startTime;
    }

    /** What the process printed so far, for messages. */
    public String output() {
        return instance.stdout.text() + "\n" + instance.stderr.text();
    }

    /** {@code kill -9}; returns when the process is gone. */
    public void kill() {
        instance.controller.destroyForcibly();
        awaitExit();
    }

    /** SIGTERM, as a service manager would; fails if it does not end in time. */
    public void stop() {
        instance.controller.destroy();
        awaitExit();
    }

    /** Starts it again on the same data; it must have been stopped or killed. */
    public void restart() {
        instance = launch();
    }

    @Override
    public void close() {
        if (instance.process.isAlive()) {
            stop();
        }
    }

    private Instance launch() {
        long startNanos = System.nanoTime();
        Process process;
        try {
            process = serve(dataDir, options).start();
        } catch (IOException e) {
            throw new AssertionError("cannot run " + Repository.launcher(), e);
        }
        Transcript stdout = Transcript.of(process.getInputStream());
        Transcript stderr = Transcript.of(process.getErrorStream());
        try {
            URI url = URI.create(stdout.await(READY, START_LIMIT).group(1));
            Duration startTime = Duration.ofNanos(System.nanoTime() - startNanos);
            String token = Files.readString(dataDir.resolve("admin-token")).strip();
            return new Instance(
                    process,
                    controllerOf(url),
                    stdout,
                    stderr,
                    startTime,
                    new RestClient(url, token));
        } catch (AssertionError | IOException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(
                    "Weir did not start; stderr:\n" + stderr.awaitEnd(STOP_LIMIT), e);
        }
    }

    private ProcessHandle controllerOf(URI url) throws IOException {
        JsonNode run = JsonMapper.shared().readTree(Files.readString(dataDir.resolve("run.json")));
        if (!url.toString().equals(run.path("url").asString())) {
            throw new AssertionError("run.json says " + run + ", the ready line says " + url);
        }
        long pid = run.path("pid").asLong();
        return ProcessHandle.of(pid)
                .orElseThrow(() -> new AssertionError("no process has the pid in " + run));
    }

    private void awaitExit() {
        if (!Command.awaitEnd(instance.process, STOP_LIMIT)) {
            instance.controller.destroyForcibly();
            instance.process.toHandle().destroyForcibly();
            throw new AssertionError("Weir runs on after " + STOP_LIMIT + ":\n" + output());
        }
        instance.controller.onExit().orTimeout(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }
}

package dev.weir.acceptance.lab;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * An export seen as a local file through {@code nbdfuse}, for programs that speak no NBD: what they
 * read and write goes over the wire. One owner; closing unmounts it.
 */
public final class NbdFile implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final Path mountPoint;
    private final Process nbdfuse;

    private NbdFile(Path mountPoint, Process nbdfuse) {
        this.mountPoint = mountPoint;
        this.nbdfuse = nbdfuse;
    }

    /** Mounts the export; {@code directory} must not exist yet. */
    public static NbdFile open(URI uri, Path directory, int connections) throws IOException {
        Files.createDirectory(directory);
        Path ready = directory.resolveSibling(directory.getFileName() + ".pid");
        Process nbdfuse =
                Command.of("nbdfuse", "-P", ready, "-C", connections, directory.resolve("nbd"), uri)
                        .start();
        NbdFile file = new NbdFile(directory, nbdfuse);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(ready)) {
            if (Command.awaitEnd(nbdfuse, POLL_INTERVAL) || System.nanoTime() > deadline) {
                file.close();
                throw new AssertionError(
                        "nbdfuse did not mount: "
                                + new String(
                                        nbdfuse.getErrorStream().readAllBytes(),
                                        StandardCharsets.UTF_8));
            }
        }
        return file;
    }

    public Path path() {
        return mountPoint.resolve("nbd");
    }

    @Override
    public void close() throws IOException {
        Command.of("umount", "-l", mountPoint).run();
        nbdfuse.destroy();
        if (!Command.awaitEnd(nbdfuse, LIMIT)) {
            nbdfuse.destroyForcibly();
        }
        Files.deleteIfExists(mountPoint);
    }
}

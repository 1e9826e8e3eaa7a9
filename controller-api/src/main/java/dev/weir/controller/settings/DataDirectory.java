package dev.weir.controller.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Set;

/**
 * The directory that one running controller owns, by an exclusive lock on a file in it.
 *
 * <pre>
 *   DIR/lock          locked while a controller runs; says its pid
 *   DIR/version       layout version
 *   DIR/admin-token   mode 0600
 *   DIR/secret-key    mode 0600; seals secrets in the database
 *   DIR/had-pool      there has been a pool: the default one is not made again
 *   DIR/reserve       given up when a start finds the file system full, see {@link HostSpace}
 *   DIR/run.json      pid, URL and ports of the running controller
 *   DIR/db/           the embedded database
 *   DIR/devices/      device files that Weir makes itself
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    /** Rises when an older program could no longer read the directory. */
    static final int LAYOUT_VERSION = 1;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private final FileChannel lock;
    private final HostSpace space;
    private final SecretBox secrets;

    private DataDirectory(Path root, FileChannel lock, HostSpace space, SecretBox secrets) {
        this.root = root;
        this.lock = lock;
        this.space = space;
        this.secrets = secrets;
    }

    /** Makes the directory if need be, and takes it. */
    public static DataDirectory open(Path path) throws StartupException {
        try {
            Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            var root = path.toRealPath();
            var lock = lock(root);
            try {
                var space = HostSpace.of(root);
                sign(lock);
                checkVersion(root);
                Files.createDirectories(root.resolve("db"));
                Files.createDirectories(root.resolve("devices"));
                var secrets = SecretBox.of(root.resolve("secret-key"), new SecureRandom());
                return new DataDirectory(root, lock, space, secrets);
            } catch (IOException | StartupException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StartupException(
                    ExitCode.CANNOT_START,
                    "cannot use the data directory %s: %s".formatted(path, reason(e)),
                    e);
        }
    }

    /** In words for people, without the names of Java. */
    private static String reason(IOException e) {
        return switch (e) {
            case FileAlreadyExistsException _ -> "it is not a directory";
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "it does not exist";
            case FileSystemException f when f.getReason() != null ->
                    f.getReason().toLowerCase(Locale.ROOT);
            default -> e.getMessage() == null ? "it cannot be read" : e.getMessage();
        };
    }

    public HostSpace space() {
        return space;
    }

    /** Seals what the database must not tell. */
    public SecretBox secrets() {
        return secrets;
    }

    public Path adminToken() {
        return root.resolve("admin-token");
    }

    public Path devices() {
        return root.resolve("devices");
    }

    /** Whether the path lies in the directory but outside of {@link #devices}. */
    public boolean reserves(Path path) {
        return path.startsWith(root) && !path.startsWith(devices());
    }

    /** Whether there has ever been a pool. */
    public boolean hadPool() {
        return Files.exists(root.resolve("had-pool"));
    }

    public void rememberPool() throws IOException {
        if (!hadPool()) {
            Files.createFile(root.resolve("had-pool"));
        }
    }

    /** Where the embedded database is. */
    public Path database() {
        return root.resolve("db").resolve("weir");
    }

    /** Publishes how to reach the running controller; replaced as a whole, never half written. */
    public void publishRun(String json) throws IOException {
        var partial = root.resolve("run.json.new");
        Files.writeString(partial, json);
        Files.move(partial, run(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives the directory up. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(run());
        lock.close();
    }

    private Path run() {
        return root.resolve("run.json");
    }

    private static FileChannel lock(Path root) throws IOException, StartupException {
        var file = root.resolve("lock");
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            throw new StartupException(
                    ExitCode.CANNOT_START,
                    "the data directory %s is in use by pid %s"
                            .formatted(root, Files.readString(file).strip()));
        }
        return channel;
    }

    /** Says who holds the lock. */
    private static void sign(FileChannel lock) throws IOException {
        var pid = ProcessHandle.current().pid() + "\n";
        lock.truncate(0);
        lock.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void checkVersion(Path root) throws IOException, StartupException {
        var file = root.resolve("version");
        if (!Files.exists(file)) {
            Files.writeString(file, LAYOUT_VERSION + "\n");
            return;
        }
        var text = Files.readString(file).strip();
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new StartupException(
                    ExitCode.CANNOT_START, "%s does not hold a layout version".formatted(file));
        }
        int found = Integer.parseInt(text);
        if (found > LAYOUT_VERSION) {
            throw new StartupException(
                    ExitCode.CANNOT_START,
                    "the data directory %s has layout version %d, written by a newer Weir; this one understands up to %d"
                            .formatted(root, found, LAYOUT_VERSION));
        }
    }
}

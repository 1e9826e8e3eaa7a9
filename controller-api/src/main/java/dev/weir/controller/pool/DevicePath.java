package dev.weir.controller.pool;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.engine.Limits;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Which paths may become devices: a new file, or an empty regular one, in an existing directory of
 * an ordinary file system. Nothing that holds data is ever taken.
 */
@Component
class DevicePath {
    private static final int MAX_PATH_CHARS = 4096;
    private static final List<Path> KERNEL_TREES =
            List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"));

    private final DataDirectory directory;

    DevicePath(DataDirectory directory) {
        this.directory = directory;
    }

    /** The real path of a file that may become a device. */
    Path check(String text) {
        if (text.length() > MAX_PATH_CHARS) {
            throw refused(
                    text.substring(0, 64) + "...",
                    "it is longer than %d characters".formatted(MAX_PATH_CHARS));
        }
        try {
            return check(text, Path.of(text));
        } catch (InvalidPathException e) {
            throw refused(text, "it is no path: " + e.getReason());
        } catch (NoSuchFileException e) {
            throw refused(text, "its directory does not exist");
        } catch (FileSystemException e) {
            var reason = e.getReason();
            throw refused(text, reason == null ? "it cannot be looked at" : reason);
        } catch (IOException e) {
            throw refused(text, "it cannot be looked at: " + e.getMessage());
        }
    }

    private Path check(String text, Path path) throws IOException {
        var parent = path.getParent();
        var name = path.getFileName();
        if (!path.isAbsolute() || parent == null || name == null) {
            throw refused(text, "it is not the absolute path of a file");
        }
        if (name.toString().equals("..") || name.toString().equals(".")) {
            throw refused(text, "it names a directory");
        }
        var realParent = parent.toRealPath();
        if (!Files.isDirectory(realParent)) {
            throw refused(text, "its parent is not a directory");
        }
        var real = realParent.resolve(name);
        if (KERNEL_TREES.stream().anyMatch(real::startsWith)) {
            throw refused(text, "only regular files can be devices yet");
        }
        if (directory.reserves(real)) {
            throw refused(text, "that part of the data directory is Weir's own");
        }
        if (Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
            checkEmpty(text, real);
        }
        checkHostSpace(text, realParent);
        return real;
    }

    private static void checkEmpty(String text, Path real) throws IOException {
        var attributes =
                Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            throw refused(text, "it is a symbolic link; name the file itself");
        }
        if (!attributes.isRegularFile()) {
            throw refused(text, "it is not a regular file");
        }
        if (attributes.size() > 0) {
            throw new Problem(
                            ProblemType.DEVICE_IN_USE,
                            "The file %s is not empty.".formatted(text),
                            "It holds data, which Weir never overwrites.",
                            "Name a file that does not exist, or an empty one.")
                    .with("device", text)
                    .exception();
        }
    }

    /** Device files are sparse, so this only asks that there be room for their metadata. */
    private static void checkHostSpace(String text, Path parent) throws IOException {
        long usableBytes = Files.getFileStore(parent).getUsableSpace();
        if (usableBytes < Limits.MIN_DEVICE_BYTES) {
            throw new Problem(
                            ProblemType.POOL_FULL,
                            "The file system of %s is full.".formatted(text),
                            "A device needs at least %d bytes at once; %d are free."
                                    .formatted(Limits.MIN_DEVICE_BYTES, usableBytes),
                            "Free space on the host, or choose another file system.")
                    .with("device", text)
                    .exception();
        }
    }

    private static RuntimeException refused(String path, String cause) {
        return new Problem(
                        ProblemType.DEVICE_REFUSED,
                        "The path %s cannot be a device.".formatted(path),
                        Character.toUpperCase(cause.charAt(0)) + cause.substring(1) + ".",
                        "Give the absolute path of a file that does not exist, in an existing directory.")
                .with("device", path)
                .exception();
    }
}

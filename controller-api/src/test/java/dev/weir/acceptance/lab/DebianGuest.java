package dev.weir.acceptance.lab;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A Debian system with open-iscsi, multipath-tools and the like: as a file system to run jobs in,
 * and as a whole disk that boots by itself. Built once and kept in the user's cache.
 */
public record DebianGuest(Path directory) {
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(8);

    /** Builds it, unless the cache has it as the scripts want it now. */
    public static DebianGuest built() {
        Path directory = Path.of(System.getProperty("user.home"), ".cache", "weir", "debian-guest");
        Command.of("sh", Resources.path("debian-guest/build.sh"), Guest.kernelCache(), directory)
                .within(BUILD_LIMIT)
                .succeed();
        return new DebianGuest(directory);
    }

    Path kernel() {
        return directory.resolve("vmlinuz");
    }

    Path initrd() {
        return directory.resolve("initrd");
    }

    Path root() {
        return directory.resolve("root.img");
    }

    /** A disk with a boot loader. */
    public Path disk() {
        return directory.resolve("disk.img");
    }
}

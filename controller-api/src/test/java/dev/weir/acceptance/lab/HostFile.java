package dev.weir.acceptance.lab;

import java.nio.file.Path;

/** What a file costs its host. */
public final class HostFile {
    private static final int STAT_BLOCK_BYTES = 512;

    private HostFile() {}

    /** Bytes of host disk behind the file: {@code stat -c %b}, whatever its length claims. */
    public static long allocatedBytes(Path file) {
        String blocks = Command.of("stat", "-c", "%b", file).succeed().strip();
        return Long.parseLong(blocks) * STAT_BLOCK_BYTES;
    }
}

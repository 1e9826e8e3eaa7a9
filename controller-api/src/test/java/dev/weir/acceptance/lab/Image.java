package dev.weir.acceptance.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.stream.Stream;

/**
 * An ext4 image made from a real tree: the Java installation that runs this test, a few hundred
 * megabytes of small and big files that every machine has which can build Weir.
 *
 * @param file where it is
 * @param sizeBytes a multiple of 1 MiB
 */
public record Image(Path file, long sizeBytes) {
    private static final long MEBIBYTE = 1L << 20;

    public static Image make(Path file) throws IOException {
        Path tree = Path.of(System.getProperty("java.home")).toRealPath();
        long content = treeBytes(tree);
        long sizeBytes = (content * 5 / 4 / MEBIBYTE + 64) * MEBIBYTE;
        Command.of("mkfs.ext4", "-q", "-d", tree, file, sizeBytes / 1024).succeed();
        return new Image(file, sizeBytes);
    }

    /** Which grains of this size hold anything but zeros. */
    public BitSet usedGrains(int grainBytes) throws IOException {
        BitSet used = new BitSet();
        try (InputStream in = Files.newInputStream(file)) {
            int grain = 0;
            for (byte[] bytes = in.readNBytes(grainBytes);
                    bytes.length > 0;
                    bytes = in.readNBytes(grainBytes)) {
                used.set(grain++, !isZero(bytes));
            }
        }
        return used;
    }

    private static boolean isZero(byte[] bytes) {
        for (byte value : bytes) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private static long treeBytes(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            long total = 0;
            for (Path path : (Iterable<Path>) paths::iterator) {
                total += Files.isRegularFile(path) ? Files.size(path) : 0;
            }
            return total;
        }
    }
}

package dev.weir.engine;

import java.nio.charset.StandardCharsets;

/** Every limit of the engine. */
public final class Limits {
    private Limits() {}

    public static final long MIN_EXTENT_BYTES = 4L << 20;
    public static final long MAX_EXTENT_BYTES = 1L << 30;
    public static final long DEFAULT_EXTENT_BYTES = 16L << 20;
    public static final int MIN_GRAIN_BYTES = 4 << 10;
    public static final int MAX_GRAIN_BYTES = 1 << 20;
    public static final int DEFAULT_GRAIN_BYTES = 64 << 10;

    /** Volume sizes are multiples of this, and a loss of power tears nothing smaller. */
    public static final int SECTOR_BYTES = 512;

    /** Grains in one volume: 64 TiB with 4 KiB grains, 1 PiB with 64 KiB grains. */
    public static final long MAX_VOLUME_GRAINS = 1L << 34;

    /** Names are at most this long in UTF-8; it is what a catalog entry holds. */
    public static final int MAX_NAME_BYTES = 63;

    /** Devices in one pool. */
    public static final int MAX_DEVICES = 32;

    /** A device holds at least its own metadata and a few extents. */
    public static final long MIN_DEVICE_BYTES = 64L << 20;

    public static final long MAX_DEVICE_BYTES = 1L << 50;

    static void checkPowerOfTwo(String what, long value, long min, long max) {
        if (value < min || value > max || Long.bitCount(value) != 1) {
            throw new IllegalArgumentException(
                    what + " " + value + " is not a power of two from " + min + " to " + max);
        }
    }

    /** Fails unless the name fits into a catalog entry. */
    public static void checkName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a name has 1 to " + MAX_NAME_BYTES + " bytes");
        }
    }
}

package dev.weir.engine.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What a write leaves in every cell of 32 bytes of a volume: who wrote, where, and the how-manieth
 * write it was. Cells lie at multiples of their size, so that an unaligned write leaves the inner
 * part of a cell, which still has only bytes that this write would put there.
 *
 * <pre>
 * 0        8            16      24
 * | volume | byte offset | write | checksum |
 * </pre>
 */
record Stamp(long volume, long offset, long write) {
    static final int CELL_BYTES = 32;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Fills {@code bytes}, whose start is at {@code offset} of the volume, with one write. */
    static void fill(byte[] bytes, long volume, long offset, long write) {
        byte[] cell = new byte[CELL_BYTES];
        for (int done = 0; done < bytes.length; ) {
            int from = (int) ((offset + done) % CELL_BYTES);
            int length = Math.min(CELL_BYTES - from, bytes.length - done);
            new Stamp(volume, offset + done - from, write).store(cell, 0);
            System.arraycopy(cell, from, bytes, done, length);
            done += length;
        }
    }

    /** Whether a sector-aligned run of whole cells holds this write and nothing else. */
    static boolean fills(byte[] bytes, int at, int length, long volume, long offset, long write) {
        for (int done = 0; done < length; done += CELL_BYTES) {
            if ((long) LONGS.get(bytes, at + done) != volume
                    || (long) LONGS.get(bytes, at + done + 8) != offset + done
                    || (long) LONGS.get(bytes, at + done + 16) != write
                    || (long) LONGS.get(bytes, at + done + 24)
                            != checksum(volume, offset + done, write)) {
                return false;
            }
        }
        return true;
    }

    /** The stamp in a cell, if its checksum is right. */
    static Optional<Stamp> load(byte[] bytes, int at) {
        Stamp stamp =
                new Stamp(
                        (long) LONGS.get(bytes, at),
                        (long) LONGS.get(bytes, at + 8),
                        (long) LONGS.get(bytes, at + 16));
        boolean valid = (long) LONGS.get(bytes, at + 24) == stamp.checksum();
        return valid ? Optional.of(stamp) : Optional.empty();
    }

    private void store(byte[] bytes, int at) {
        LONGS.set(bytes, at, volume);
        LONGS.set(bytes, at + 8, offset);
        LONGS.set(bytes, at + 16, write);
        LONGS.set(bytes, at + 24, checksum());
    }

    private long checksum() {
        return checksum(volume, offset, write);
    }

    private static long checksum(long volume, long offset, long write) {
        long mixed = (volume * 31 + offset) * 0x9E3779B97F4A7C15L + write;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return (mixed ^ (mixed >>> 32)) | 1;
    }
}

package dev.weir.engine.simulation;

import java.util.Arrays;

/** What a sector of a volume may read as. */
sealed interface SectorValue {
    int BYTES = SectorContent.BYTES;

    /** Zeros: never written, trimmed or zeroed. */
    enum Zero implements SectorValue {
        ZERO
    }

    /** All of it from one write. */
    record Written(long write) implements SectorValue {}

    /**
     * Another value with the bytes from {@code from} to {@code to} replaced by one of the above.
     */
    record Patched(SectorValue below, int from, int to, SectorValue patch) implements SectorValue {}

    /** Whether the part from {@code from} to {@code to} of the sector's content is this value. */
    default boolean matches(
            long volume, long sector, int from, int to, byte[] content, int contentOffset) {
        boolean whole = from == 0 && to == BYTES;
        if (whole && this instanceof Written written) {
            return Stamp.fills(
                    content, contentOffset, BYTES, volume, sector * BYTES, written.write());
        }
        return Arrays.equals(
                bytes(volume, sector), from, to, content, contentOffset, contentOffset + to - from);
    }

    /** Whether it is zeros, however they came to be. */
    default boolean isZero(long volume, long sector) {
        return switch (this) {
            case Zero zero -> true;
            case Written written -> false;
            case Patched patched -> patched.matches(volume, sector, 0, BYTES, new byte[BYTES], 0);
        };
    }

    /** The content in full. */
    default byte[] bytes(long volume, long sector) {
        return switch (this) {
            case Zero zero -> new byte[BYTES];
            case Written(long write) -> {
                byte[] bytes = new byte[BYTES];
                Stamp.fill(bytes, volume, sector * BYTES, write);
                yield bytes;
            }
            case Patched(SectorValue below, int from, int to, SectorValue patch) -> {
                byte[] bytes = below.bytes(volume, sector).clone();
                System.arraycopy(patch.bytes(volume, sector), from, bytes, from, to - from);
                yield bytes;
            }
        };
    }
}

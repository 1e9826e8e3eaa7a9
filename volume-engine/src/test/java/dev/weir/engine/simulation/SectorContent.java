package dev.weir.engine.simulation;

import dev.weir.blockio.memory.OffHeapMemory;
import java.util.Arrays;

/** What one sector of a simulated device holds; never changed after it was made. */
final class SectorContent {
    static final int BYTES = 512;

    /** No space is held; reads as zeros. */
    static final SectorContent HOLE = new SectorContent(new byte[BYTES], Kind.HOLE);

    /** Space is held; reads as zeros. */
    static final SectorContent ALLOCATED = new SectorContent(new byte[BYTES], Kind.ALLOCATED);

    private enum Kind {
        HOLE,
        ALLOCATED,
        WRITTEN
    }

    private final byte[] bytes;
    private final Kind kind;

    private SectorContent(byte[] bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
    }

    boolean isHole() {
        return kind == Kind.HOLE;
    }

    /** Whether the device knows, without looking at the bytes, that they are zeros. */
    boolean isKnownZero() {
        return kind != Kind.WRITTEN;
    }

    void copyTo(int from, OffHeapMemory destination, long offset, int length) {
        destination.copyFrom(bytes, from, offset, length);
    }

    SectorContent withBytes(int from, OffHeapMemory source, long offset, int length) {
        byte[] changed = bytes.clone();
        source.copyTo(offset, changed, from, length);
        return new SectorContent(changed, Kind.WRITTEN);
    }

    SectorContent withZeros(int from, int length) {
        byte[] changed = bytes.clone();
        Arrays.fill(changed, from, from + length, (byte) 0);
        return new SectorContent(changed, isHole() ? Kind.ALLOCATED : kind);
    }
}

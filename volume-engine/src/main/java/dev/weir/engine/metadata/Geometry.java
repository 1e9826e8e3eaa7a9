package dev.weir.engine.metadata;

/** The units of a pool. Both are powers of two, and an extent is at least four grains. */
public record Geometry(long extentBytes, int grainBytes) {

    public int slotsPerExtent() {
        return (int) (extentBytes / grainBytes);
    }

    public int grainShift() {
        return Integer.numberOfTrailingZeros(grainBytes);
    }
}

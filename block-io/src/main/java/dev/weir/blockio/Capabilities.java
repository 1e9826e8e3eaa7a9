package dev.weir.blockio;

/**
 * What a {@link BlockDevice} can do.
 *
 * @param readOnly writes, trims and zeros fail with {@link StorageFailure.ReadOnly}
 * @param trims {@link BlockDevice#trim} gives space back
 * @param fastZeros {@link ZeroMode#FAST} never fails with {@link StorageFailure.Unsupported}
 * @param logicalBlockBytes the unit that a loss of power never tears; a power of two
 * @param preferredBlockBytes the alignment and unit at which requests are cheapest; a power of two
 */
public record Capabilities(
        boolean readOnly,
        boolean trims,
        boolean fastZeros,
        int logicalBlockBytes,
        int preferredBlockBytes) {

    public Capabilities {
        if (Integer.bitCount(logicalBlockBytes) != 1
                || Integer.bitCount(preferredBlockBytes) != 1) {
            throw new IllegalArgumentException("block sizes are powers of two");
        }
    }
}

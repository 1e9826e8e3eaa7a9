package dev.weir.blockio.scsi;

/**
 * How far the space that a thin logical unit draws on is used up (SBC-3 4.7.3.7: its LBA mapping
 * resources). It is not the unit's own: other units may draw on it too.
 *
 * @param setBytes what the space is counted in, a threshold set: a power of two, from 8 KiB
 * @param availableBytes what can still be taken
 * @param usedBytes what is taken
 * @param softThresholdBytes how much may be taken before {@link
 *     UnitAttention#THIN_PROVISIONING_SOFT_THRESHOLD} is raised
 */
public record LbaResources(
        long setBytes, long availableBytes, long usedBytes, long softThresholdBytes) {

    /** An exponent of zero would say that there are no thresholds. */
    private static final long MIN_SET_BYTES = 8192;

    /** Counts have 32 bits on the wire (SBC-3 6.3.4.2, 6.4.9). */
    private static final long MAX_COUNT = 0xffff_ffffL;

    public LbaResources {
        if (setBytes < MIN_SET_BYTES || Long.bitCount(setBytes) != 1) {
            throw new IllegalArgumentException("threshold set of " + setBytes + " bytes");
        }
        if (availableBytes < 0 || usedBytes < 0 || softThresholdBytes < 0) {
            throw new IllegalArgumentException("negative space");
        }
    }

    /** Whole threshold sets in so many bytes, as far as the wire can say. */
    int sets(long bytes) {
        return (int) Math.min(bytes / setBytes, MAX_COUNT);
    }

    /** THRESHOLD EXPONENT: logical blocks in a threshold set, as a power of two. */
    int exponent(int blockBytes) {
        return Long.numberOfTrailingZeros(setBytes / blockBytes);
    }
}

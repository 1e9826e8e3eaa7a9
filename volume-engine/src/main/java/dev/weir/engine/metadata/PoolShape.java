package dev.weir.engine.metadata;

/**
 * What is fixed when a pool is formatted.
 *
 * @param journalBytes size of the journal ring, a multiple of {@link JournalCodec#ALIGNMENT}
 * @param catalogEntries volumes that the pool can name
 */
public record PoolShape(Geometry geometry, long journalBytes, int catalogEntries) {
    private static final long MIN_JOURNAL_BYTES = 1L << 20;
    private static final long MAX_JOURNAL_BYTES = 64L << 20;
    private static final int MIN_CATALOG_ENTRIES = 1024;
    private static final int MAX_CATALOG_ENTRIES = 65536;

    /** Device bytes for each byte of journal. */
    private static final long JOURNAL_SHARE = 256;

    /** Device bytes for each entry of the catalog. */
    private static final long CATALOG_SHARE = 256L << 10;

    /** The shape of a pool whose smallest first device has this size. */
    public static PoolShape forDeviceOf(long deviceBytes, Geometry geometry) {
        long journal =
                Math.clamp(deviceBytes / JOURNAL_SHARE, MIN_JOURNAL_BYTES, MAX_JOURNAL_BYTES);
        long entries =
                Math.clamp(deviceBytes / CATALOG_SHARE, MIN_CATALOG_ENTRIES, MAX_CATALOG_ENTRIES);
        return new PoolShape(
                geometry, journal / PagedTable.PAGE_BYTES * PagedTable.PAGE_BYTES, (int) entries);
    }

    long catalogAreaBytes() {
        return PagedTable.areaBytes(VolumeEntry.BYTES, catalogEntries);
    }
}

package dev.weir.engine.metadata;

/**
 * Where things are on one device. Everything follows from the size of the device and the shape of
 * its pool.
 *
 * <pre>
 *  0          superblock A            16 KiB
 *  16 KiB     superblock B            16 KiB
 *  32 KiB     journal ring            the same size on every device of the pool
 *  ...        catalog table area      the same size on every device of the pool
 *  ...        slot table area         16 bytes a slot, twice, and its roots
 *  ...        extents                 from a multiple of 1 MiB to the end; a rest smaller than an extent is unused
 * </pre>
 */
public record DeviceLayout(
        long journalOffset,
        long catalogOffset,
        long slotTableOffset,
        long slotEntries,
        long dataOffset,
        int extents) {

    static final int SUPERBLOCK_BYTES = 16 << 10;
    private static final long DATA_ALIGNMENT = 1 << 20;

    static long superblockOffset(int copy) {
        return (long) copy * SUPERBLOCK_BYTES;
    }

    /** Lays out a device; the result has no extents when the device is too small for even one. */
    static DeviceLayout of(long deviceBytes, PoolShape shape) {
        long journalOffset = 2L * SUPERBLOCK_BYTES;
        long catalogOffset = journalOffset + shape.journalBytes();
        long slotTableOffset = catalogOffset + shape.catalogAreaBytes();
        long slots = shape.geometry().slotsPerExtent();
        long extents =
                Math.max(0, (deviceBytes - slotTableOffset) / shape.geometry().extentBytes());
        while (extents > 0
                && dataOffset(slotTableOffset, extents * slots)
                                + extents * shape.geometry().extentBytes()
                        > deviceBytes) {
            extents--;
        }
        return new DeviceLayout(
                journalOffset,
                catalogOffset,
                slotTableOffset,
                extents * slots,
                dataOffset(slotTableOffset, extents * slots),
                Math.toIntExact(extents));
    }

    private static long dataOffset(long slotTableOffset, long slotEntries) {
        long end = slotTableOffset + PagedTable.areaBytes(SlotEntry.BYTES, slotEntries);
        return (end + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT;
    }

    /** Bytes of the slot table area, which a mirror on another device needs too. */
    long slotTableBytes() {
        return PagedTable.areaBytes(SlotEntry.BYTES, slotEntries);
    }
}

package dev.weir.blockio.scsi;

/** Logical unit numbers as eight bytes (SAM-5 4.7.1). */
final class LunAddress {
    private LunAddress() {}

    /** Largest number that the one-byte address method can say. */
    static final int MAX_LUN = 255;

    static final int NONE = -1;

    private static final long BELOW_FIRST_LEVEL = 0xffff_ffff_ffffL;
    private static final int PERIPHERAL = 0;
    private static final int FLAT = 1;

    /** The number, or {@link #NONE} for addresses that no logical unit here can have. */
    static int decode(long lun) {
        if ((lun & BELOW_FIRST_LEVEL) != 0) {
            return NONE;
        }
        int first = (int) (lun >>> 48);
        int method = first >>> 14;
        int number = first & 0x3fff;
        boolean known = method == PERIPHERAL || method == FLAT;
        // For the peripheral method the upper six bits are a bus, and only bus 0 exists.
        return known && number <= MAX_LUN ? number : NONE;
    }

    static long encode(int number) {
        return (long) number << 48;
    }
}

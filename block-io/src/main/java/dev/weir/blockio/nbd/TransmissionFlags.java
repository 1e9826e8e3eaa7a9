package dev.weir.blockio.nbd;

/** What an export offers (proto.md "Transmission flags"). */
final class TransmissionFlags {
    private TransmissionFlags() {}

    static final int HAS_FLAGS = 1;
    static final int READ_ONLY = 1 << 1;
    static final int SEND_FLUSH = 1 << 2;
    static final int SEND_FUA = 1 << 3;
    static final int SEND_TRIM = 1 << 5;
    static final int SEND_WRITE_ZEROES = 1 << 6;
    static final int SEND_DF = 1 << 7;
    static final int CAN_MULTI_CONN = 1 << 8;
    static final int SEND_CACHE = 1 << 10;
    static final int SEND_FAST_ZERO = 1 << 11;

    static int of(NbdExport export, boolean structuredReplies) {
        // A flush covers what any connection was told is done, so many may be used as one.
        int flags = HAS_FLAGS | SEND_FLUSH | SEND_FUA | CAN_MULTI_CONN | SEND_CACHE;
        if (structuredReplies) {
            flags |= SEND_DF;
        }
        if (export.refusesChanges()) {
            return flags | READ_ONLY;
        }
        flags |= SEND_WRITE_ZEROES | SEND_FAST_ZERO;
        return export.device().capabilities().trims() ? flags | SEND_TRIM : flags;
    }
}

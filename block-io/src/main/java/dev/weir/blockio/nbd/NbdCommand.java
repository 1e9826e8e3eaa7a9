package dev.weir.blockio.nbd;

/** Request types and their flags (proto.md "Request types" and "Command flags"). */
final class NbdCommand {
    private NbdCommand() {}

    static final int READ = 0;
    static final int WRITE = 1;
    static final int DISC = 2;
    static final int FLUSH = 3;
    static final int TRIM = 4;
    static final int CACHE = 5;
    static final int WRITE_ZEROES = 6;
    static final int BLOCK_STATUS = 7;

    static final int FLAG_FUA = 1;
    static final int FLAG_NO_HOLE = 1 << 1;
    static final int FLAG_DF = 1 << 2;
    static final int FLAG_REQ_ONE = 1 << 3;
    static final int FLAG_FAST_ZERO = 1 << 4;

    /** Flags that the type may carry; FUA is to be accepted on every type. */
    static int allowedFlags(int type) {
        return switch (type) {
            case READ -> FLAG_FUA | FLAG_DF;
            case WRITE_ZEROES -> FLAG_FUA | FLAG_NO_HOLE | FLAG_FAST_ZERO;
            case BLOCK_STATUS -> FLAG_FUA | FLAG_REQ_ONE;
            default -> FLAG_FUA;
        };
    }
}

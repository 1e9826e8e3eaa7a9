package dev.weir.blockio.iscsi;

/**
 * Target transfer tags of one connection: numbers given out one after the other, so that data which
 * comes late, for a command that was ended meanwhile, can be told from data that was never asked
 * for. Guarded by the connection's replies.
 */
final class TransferTags {
    private static final int FIRST = 1;

    private int next = FIRST;

    int take() {
        int tag = next++;
        if (tag == Bhs.NO_TAG) {
            tag = next++;
        }
        return tag;
    }

    boolean wasTaken(int tag) {
        return tag != Bhs.NO_TAG
                && SerialNumber.isBefore(tag, next)
                && !SerialNumber.isBefore(tag, FIRST);
    }
}

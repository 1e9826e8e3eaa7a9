package dev.weir.blockio.nbd;

import dev.weir.blockio.BlockStatusVisitor;
import java.nio.ByteBuffer;

/**
 * Encodes the runs of a device as descriptors of the context base:allocation (proto.md
 * "base:allocation metadata context"), with equal neighbours joined. Stops when its limit is full.
 */
final class AllocationRuns implements BlockStatusVisitor {
    static final int STATE_HOLE = 1;
    static final int STATE_ZERO = 1 << 1;

    private final ByteBuffer destination;
    private final int start;
    private final int maxRuns;
    private long left;
    private int count;
    private long lastLength;
    private int lastState = -1;

    /** Descriptors go to {@code start}; they cover at most {@code length} bytes. */
    AllocationRuns(ByteBuffer destination, int start, int maxRuns, long length) {
        this.destination = destination;
        this.start = start;
        this.maxRuns = maxRuns;
        this.left = length;
    }

    @Override
    public boolean visit(long length, boolean hole, boolean zero) {
        long bytes = Math.min(length, left);
        int state = (hole ? STATE_HOLE : 0) | (zero ? STATE_ZERO : 0);
        if (state == lastState) {
            lastLength += bytes;
        } else if (count == maxRuns) {
            return false;
        } else {
            count++;
            lastState = state;
            lastLength = bytes;
        }
        left -= bytes;
        int at = start + (count - 1) * ReplyCodec.STATUS_RUN_BYTES;
        destination.putInt(at, (int) lastLength);
        destination.putInt(at + Integer.BYTES, state);
        return left > 0;
    }

    int count() {
        return count;
    }
}

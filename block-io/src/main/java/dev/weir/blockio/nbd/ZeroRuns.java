package dev.weir.blockio.nbd;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.StorageException;

/**
 * The runs of data and of zeros that a long read falls into. Short runs of zeros count as data: a
 * chunk of their own would cost more than it saves. Used by one thread at a time, again and again.
 */
final class ZeroRuns implements BlockStatusVisitor {

    /** Reads below this are not worth asking about. */
    static final int WORTHWHILE_BYTES = 64 << 10;

    private static final int MIN_ZERO_BYTES = 4 << 10;
    private static final int MAX_RUNS = 64;

    private final int[] lengths = new int[MAX_RUNS + 1];
    private final boolean[] zeros = new boolean[MAX_RUNS + 1];
    private int count;
    private int left;

    /** Looks up the range; what the device does not tell counts as data. */
    void find(BlockDevice device, long offset, int length) {
        count = 0;
        left = length;
        try {
            device.blockStatus(offset, length, this);
        } catch (StorageException _) {
            // The read that follows meets the same failure, and reports it.
        }
        add(left, false);
    }

    int count() {
        return count;
    }

    int length(int run) {
        return lengths[run];
    }

    boolean isZero(int run) {
        return zeros[run];
    }

    @Override
    public boolean visit(long length, boolean hole, boolean zero) {
        int bytes = (int) Math.min(length, left);
        add(bytes, zero && bytes >= MIN_ZERO_BYTES);
        return left > 0 && count < MAX_RUNS;
    }

    private void add(int bytes, boolean zero) {
        if (bytes == 0) {
            return;
        }
        left -= bytes;
        if (count > 0 && zeros[count - 1] == zero) {
            lengths[count - 1] += bytes;
        } else {
            lengths[count] = bytes;
            zeros[count] = zero;
            count++;
        }
    }
}

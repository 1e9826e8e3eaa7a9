package dev.weir.blockio.iscsi;

/**
 * The data of one command on its way from the initiator (RFC 7143 4.2.5.2, 11.7, 11.8): what comes
 * unasked, then what R2Ts ask for, always in order.
 *
 * <pre>
 *  0                       received        solicited            needed        expected
 *  | in memory             | R2Ts sent     | to be asked for    | not wanted  |
 * </pre>
 *
 * <p>What breaks the order makes the transfer faulty: the rest of what was asked for is still
 * awaited, and dropped, and then the command fails. Reused for one command after the other; owned
 * by whoever holds the connection's replies.
 */
final class DataOutTransfer {

    private final int[] tags;
    private int maxBurstBytes;
    private int unsolicitedEnd;
    private int neededBytes;
    private int receivedBytes;
    private int solicitedBytes;
    private int currentEnd;
    private int oldest;
    private int outstanding;
    private int nextDataSn;
    private int nextR2tSn;
    private boolean unsolicited;
    private boolean faulty;

    DataOutTransfer(int maxOutstandingR2t) {
        this.tags = new int[maxOutstandingR2t];
    }

    /**
     * Starts with what came in the command itself.
     *
     * @param neededBytes what the command can use of it
     * @param unsolicited whether Data-Outs follow unasked
     * @param unsolicitedEnd where they must end
     */
    void start(
            int neededBytes,
            int immediateBytes,
            boolean unsolicited,
            int unsolicitedEnd,
            int maxBurstBytes) {
        this.neededBytes = neededBytes;
        this.receivedBytes = immediateBytes;
        this.unsolicited = unsolicited;
        this.unsolicitedEnd = unsolicitedEnd;
        this.maxBurstBytes = maxBurstBytes;
        this.solicitedBytes = immediateBytes;
        this.currentEnd = immediateBytes;
        this.oldest = 0;
        this.outstanding = 0;
        this.nextDataSn = 0;
        this.nextR2tSn = 0;
        this.faulty = false;
    }

    /** Whether data under this tag is awaited. */
    boolean awaits(int transferTag) {
        return transferTag == Bhs.NO_TAG
                ? unsolicited
                : outstanding > 0 && tags[oldest] == transferTag;
    }

    /**
     * Takes a Data-Out under a tag that {@link #awaits} knows.
     *
     * @return how many of its bytes are to be stored, from its own offset on
     */
    int accept(int dataSn, long offset, int bytes, boolean last) {
        int end = unsolicited ? unsolicitedEnd : currentEnd;
        if (dataSn != nextDataSn || offset != receivedBytes || bytes > end - receivedBytes) {
            faulty = true;
        }
        nextDataSn++;
        int stored = 0;
        if (!faulty) {
            stored = Math.max(0, Math.min(bytes, neededBytes - receivedBytes));
            receivedBytes += bytes;
        }
        if (last) {
            endSequence();
        }
        return stored;
    }

    /** Gives the rest up: asks for nothing more, and drops what still comes. */
    void spoil() {
        faulty = true;
    }

    boolean isFaulty() {
        return faulty;
    }

    /** Whether nothing more is to come. */
    boolean isComplete() {
        return !unsolicited && outstanding == 0 && (faulty || receivedBytes >= neededBytes);
    }

    boolean wantsR2t() {
        return !faulty && !unsolicited && solicitedBytes < neededBytes && outstanding < tags.length;
    }

    /** Where the next R2T begins; it is {@link #r2tBytes} long and counted by {@link #asked}. */
    int r2tOffset() {
        return solicitedBytes;
    }

    int r2tBytes() {
        return Math.min(maxBurstBytes, neededBytes - solicitedBytes);
    }

    int r2tSn() {
        return nextR2tSn;
    }

    void asked(int transferTag) {
        if (outstanding == 0) {
            currentEnd = solicitedBytes + r2tBytes();
        }
        tags[(oldest + outstanding) % tags.length] = transferTag;
        outstanding++;
        solicitedBytes += r2tBytes();
        nextR2tSn++;
    }

    private void endSequence() {
        nextDataSn = 0;
        if (unsolicited) {
            unsolicited = false;
            solicitedBytes = receivedBytes;
            return;
        }
        if (receivedBytes != currentEnd) {
            faulty = true;
        }
        oldest = (oldest + 1) % tags.length;
        outstanding--;
        currentEnd = Math.min(solicitedBytes, currentEnd + maxBurstBytes);
    }
}

package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.scsi.ScsiTask;
import org.jspecify.annotations.Nullable;

/**
 * A SCSI command from its arrival to its response. Reused for one after the other, so that a
 * command costs no memory. Its fields are guarded by the connection's replies.
 */
final class Command {

    /** What the command waits for. */
    enum Wait {
        /** Not in use. */
        NOTHING,
        /** Data from the initiator. */
        DATA,
        /** Memory for its data. */
        MEMORY,
        /** A worker, which carries it out. */
        WORKER
    }

    private final ScsiTask task;
    private final DataOutTransfer transfer;
    private @Nullable Command next;
    private Wait wait = Wait.NOTHING;
    private int generation;
    private int taskTag;
    private long lun;
    private long expectedBytes;
    private boolean reads;
    private boolean writes;
    private boolean immediate;
    private long neededBytes;
    private long takenBytes;
    private int dataSn;
    private long deadlineNanos;
    private @Nullable IoBuffer buffer;
    private long heldBytes;
    private MemoryBudget.@Nullable Request memoryRequest;

    Command(ScsiTask task, int maxOutstandingR2t) {
        this.task = task;
        this.transfer = new DataOutTransfer(maxOutstandingR2t);
    }

    void begin(
            int newTaskTag,
            long newLun,
            long newExpectedBytes,
            boolean isRead,
            boolean isWrite,
            boolean isImmediate) {
        generation++;
        taskTag = newTaskTag;
        lun = newLun;
        expectedBytes = newExpectedBytes;
        reads = isRead;
        writes = isWrite;
        immediate = isImmediate;
        neededBytes = 0;
        takenBytes = 0;
        dataSn = 0;
    }

    ScsiTask task() {
        return task;
    }

    DataOutTransfer transfer() {
        return transfer;
    }

    /** Tells one use from the next. */
    int generation() {
        return generation;
    }

    int taskTag() {
        return taskTag;
    }

    long lun() {
        return lun;
    }

    /** What the initiator said that it would send or take. */
    long expectedBytes() {
        return expectedBytes;
    }

    boolean isImmediate() {
        return immediate;
    }

    /** Room for data that the initiator gave. */
    long readableBytes() {
        return reads ? expectedBytes : 0;
    }

    /** Data that the initiator has. */
    long writableBytes() {
        return writes ? expectedBytes : 0;
    }

    /** What is taken from the initiator. */
    void takes(long bytes) {
        takenBytes = bytes;
    }

    long takenBytes() {
        return takenBytes;
    }

    /** What the command itself says that it takes. */
    void needs(long bytes) {
        neededBytes = bytes;
    }

    /**
     * What the command moved more than expected, or less if negative (RFC 7143 11.4.5).
     *
     * @param inBytes what it had to return
     */
    long residualBytes(long inBytes) {
        long moved = reads ? inBytes : writes ? neededBytes : Math.max(inBytes, neededBytes);
        return moved - expectedBytes;
    }

    /** Data-In and R2T PDUs sent so far. */
    int dataSn() {
        return dataSn;
    }

    int nextDataSn() {
        return dataSn++;
    }

    Wait waitsFor() {
        return wait;
    }

    void waitFor(Wait what) {
        wait = what;
        memoryRequest = null;
    }

    void waitForMemory(MemoryBudget.Request request) {
        wait = Wait.MEMORY;
        memoryRequest = request;
    }

    /** What it asked for, while it waits for memory. */
    MemoryBudget.@Nullable Request memoryRequest() {
        return memoryRequest;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    void deadline(long nanoTime) {
        deadlineNanos = nanoTime;
    }

    @Nullable IoBuffer buffer() {
        return buffer;
    }

    /** Takes a buffer, and how much of the memory for all it stands for. */
    void hold(IoBuffer memory, long bytes) {
        buffer = memory;
        heldBytes = bytes;
    }

    long heldBytes() {
        return heldBytes;
    }

    void dropBuffer() {
        buffer = null;
        heldBytes = 0;
    }

    @Nullable Command next() {
        return next;
    }

    void link(@Nullable Command other) {
        next = other;
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The command that a task carries: its CDB, what the preparation found in it, and the data. Reused
 * for one command after another. Owned by the task's thread.
 */
final class Command implements Medium.Admission {
    /** Longest answer other than blocks; lists are cut to it. */
    static final int MAX_RESPONSE_BYTES = 64 << 10;

    /** Longest parameter list that any command takes. */
    static final int MAX_PARAMETER_BYTES = 64 << 10;

    private final Nexus nexus;
    private final TaskState state;
    private final ByteBuffer cdb = ByteBuffer.allocate(Cdb.MAX_BYTES);
    private @Nullable ItlNexus itl;
    private @Nullable Operation operation;
    private int reservationGeneration;

    /** First logical block, as the preparation read and checked it. */
    long lba;

    /** How many logical blocks. */
    long blocks;

    /** What the command changes is to be durable when it ends. */
    boolean fua;

    private boolean blocking;
    private long offeredBytes;
    private long outBytes;
    private long inLimit;
    private @Nullable OffHeapMemory out;
    private long outOffset;
    private int outLength;
    private @Nullable OffHeapMemory in;
    private long inOffset;
    private int inCapacity;
    private long inLength;
    private int inStored;

    Command(Nexus nexus, TaskState state) {
        this.nexus = nexus;
        this.state = state;
    }

    void load(ByteBuffer source, @Nullable ItlNexus addressed, long offered) {
        int length = Math.min(source.remaining(), Cdb.MAX_BYTES);
        cdb.put(0, source, source.position(), length);
        for (int at = length; at < Cdb.MIN_BYTES; at++) {
            cdb.put(at, (byte) 0);
        }
        itl = addressed;
        operation = null;
        lba = 0;
        blocks = 0;
        fua = false;
        blocking = false;
        offeredBytes = offered;
        outBytes = 0;
        inLimit = 0;
        inLength = 0;
        inStored = 0;
    }

    void mean(Operation found) {
        operation = found;
        if (itl != null) {
            reservationGeneration = itl.unit().reservations().generation();
        }
    }

    void attach(
            OffHeapMemory dataOut,
            long dataOutOffset,
            int dataOutLength,
            OffHeapMemory dataIn,
            long dataInOffset,
            int dataInCapacity) {
        out = dataOut;
        outOffset = dataOutOffset;
        outLength = (int) Math.min(dataOutLength, outBytes);
        in = dataIn;
        inOffset = dataInOffset;
        inCapacity = dataInCapacity;
    }

    void detach() {
        out = null;
        in = null;
    }

    ByteBuffer cdb() {
        return cdb;
    }

    Nexus nexus() {
        return nexus;
    }

    Operation operation() {
        return Objects.requireNonNull(operation);
    }

    /** Whether a failure of storage is one of writing. */
    boolean stores() {
        return operation != null
                && (operation.access() == Access.WRITE || operation.access() == Access.PERSISTENT);
    }

    /** Whether a logical unit is addressed that exists. */
    boolean hasUnit() {
        return itl != null;
    }

    ItlNexus itl() {
        return Objects.requireNonNull(itl);
    }

    LogicalUnit unit() {
        return itl().unit();
    }

    /** Fails once the task is aborted, its logical unit is gone, or it lost its reservation. */
    @Override
    public void requireCurrent() throws CommandTermination {
        if (state.isAborted()) {
            throw CheckCondition.of(Sense.ABORTED);
        }
        ItlNexus path = itl();
        if (path.isClosed()) {
            throw CheckCondition.of(Sense.LOGICAL_UNIT_NOT_SUPPORTED);
        }
        int generation = path.unit().reservations().generation();
        if (generation != reservationGeneration) {
            path.unit().reservations().check(operation().access(), path);
            reservationGeneration = generation;
        }
    }

    // What preparations say.

    void mayBlock() {
        blocking = true;
    }

    void expectOut(long bytes) {
        outBytes = bytes;
    }

    /** Whether the initiator has as much to send as the CDB says, or did not say. */
    boolean offersExactly(long bytes) {
        return offeredBytes == bytes || offeredBytes == ScsiTask.UNKNOWN;
    }

    /** Blocks, or the allocation length of the CDB. */
    void expectIn(long bytes) {
        inLimit = bytes;
    }

    /** The allocation length of an answer that is not blocks. */
    void allocate(long allocationBytes) {
        inLimit = allocationBytes;
    }

    boolean isBlocking() {
        return blocking;
    }

    long outBytes() {
        return outBytes;
    }

    long inLimit() {
        return inLimit;
    }

    // Data, while the command runs.

    OffHeapMemory out() {
        return Objects.requireNonNull(out);
    }

    long outOffset() {
        return outOffset;
    }

    /** Bytes that came; fewer than announced where the initiator had fewer to send. */
    int outLength() {
        return outLength;
    }

    /** Fails if the initiator sent less than the command cannot do without. */
    void requireOut(long bytes) throws CheckCondition {
        if (outLength < bytes) {
            throw CheckCondition.of(Sense.INVALID_FIELD_IN_INFORMATION_UNIT);
        }
    }

    /** The parameter list, copied. */
    ByteBuffer parameters() {
        byte[] bytes = new byte[Math.min(outLength, MAX_PARAMETER_BYTES)];
        if (bytes.length > 0) {
            out().copyTo(outOffset, bytes, 0, bytes.length);
        }
        return ByteBuffer.wrap(bytes);
    }

    OffHeapMemory in() {
        return Objects.requireNonNull(in);
    }

    long inOffset() {
        return inOffset;
    }

    int inCapacity() {
        return inCapacity;
    }

    /** Says what was to be returned, and how much of it is in the buffer. */
    void returned(long length, int stored) {
        inLength = length;
        inStored = stored;
    }

    /** Returns everything before the buffer's position, cut to the allocation length. */
    void respond(ByteBuffer answer) {
        int length = (int) Math.min(answer.position(), inLimit);
        int stored = Math.min(length, inCapacity);
        if (stored > 0) {
            in().copyFrom(answer.array(), answer.arrayOffset(), inOffset, stored);
        }
        returned(length, stored);
    }

    long inLength() {
        return inLength;
    }

    int inStored() {
        return inStored;
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command at a time, from its arrival to its status: {@link #begin}, then {@link #run} when the
 * initiator's data is there, then {@link #end} when the response is sent. Reusable: a READ or WRITE
 * allocates nothing. Owned by one thread at a time; only task management comes from other threads.
 */
public final class ScsiTask {
    private static final Logger log = LoggerFactory.getLogger(ScsiTask.class);

    private final Nexus nexus;
    private final TaskState state = new TaskState();
    private final Command command;
    private final ByteBuffer sense = ByteBuffer.allocate(SenseCodec.MAX_BYTES);
    private volatile @Nullable LogicalUnit unit;
    private volatile long tag;
    private volatile boolean atWork;
    private int status;

    ScsiTask(Nexus nexus) {
        this.nexus = nexus;
        this.command = new Command(nexus, state);
    }

    /** The transport does not know how much the initiator has to send. */
    public static final long UNKNOWN = -1;

    /** {@link #begin(long, long, TaskAttribute, ByteBuffer, long)} without the last. */
    public void begin(long lun, long taskTag, TaskAttribute attribute, ByteBuffer cdb) {
        begin(lun, taskTag, attribute, cdb, UNKNOWN);
    }

    /**
     * Decodes the CDB and enters the task set of the logical unit. Takes any bytes.
     *
     * @param lun the eight bytes of the logical unit number
     * @param taskTag what task management calls this task
     * @param cdb its remaining bytes, at most 260; shorter than 16 are filled up with zeros
     * @param offeredBytes what the initiator says that it has to send, whatever the CDB says; or
     *     {@link #UNKNOWN}
     */
    public void begin(
            long lun, long taskTag, TaskAttribute attribute, ByteBuffer cdb, long offeredBytes) {
        ItlNexus path = nexus.find(lun);
        status = ScsiStatus.GOOD;
        sense.clear();
        tag = taskTag;
        unit = path == null ? null : path.unit();
        command.load(cdb, path, offeredBytes);
        state.begin();
        try {
            Dispatch.prepare(command, attribute);
        } catch (CommandTermination termination) {
            conclude(termination);
            state.finish();
        } catch (RuntimeException fault) {
            conclude(unexpected(fault));
            state.finish();
        }
    }

    /** Bytes that the CDB says come from the initiator; 0 when the command is refused already. */
    public long dataOutBytes() {
        return status == ScsiStatus.GOOD ? command.outBytes() : 0;
    }

    /** Bytes that may come back at most. */
    public int dataInCapacityHint() {
        return status == ScsiStatus.GOOD
                ? (int) Math.min(command.inLimit(), ScsiLimits.MAX_TRANSFER_BYTES)
                : 0;
    }

    /** Whether {@link #run} may wait for the disk: then it had better run on a worker. */
    public boolean mayBlock() {
        return status == ScsiStatus.GOOD && command.isBlocking();
    }

    /**
     * Carries the command out; does nothing if it was refused or aborted.
     *
     * @param dataOutLength bytes from the initiator; may be fewer than {@link #dataOutBytes}
     * @param dataInCapacity room for data; may be less than the command returns
     */
    public void run(
            OffHeapMemory dataOut,
            long dataOutOffset,
            int dataOutLength,
            OffHeapMemory dataIn,
            long dataInOffset,
            int dataInCapacity) {
        atWork = true;
        try {
            if (state.start()) {
                command.attach(
                        dataOut,
                        dataOutOffset,
                        dataOutLength,
                        dataIn,
                        dataInOffset,
                        dataInCapacity);
                execute();
                state.finish();
            }
        } finally {
            command.detach();
            atWork = false;
        }
    }

    /** The status (SAM-5 5.3.1). */
    public int status() {
        return state.phase() == TaskState.ABORTED_TOLD ? ScsiStatus.TASK_ABORTED : status;
    }

    /** Bytes the command had to return; more than the capacity means a residual overflow. */
    public long dataInLength() {
        return status() == ScsiStatus.GOOD ? command.inLength() : 0;
    }

    /** Bytes that are in the buffer. */
    public int dataInStored() {
        return status() == ScsiStatus.GOOD ? command.inStored() : 0;
    }

    /** Bytes of sense data; 0 unless the status is CHECK CONDITION. */
    public int senseLength() {
        return status() == ScsiStatus.CHECK_CONDITION ? sense.position() : 0;
    }

    /** Appends the sense data. */
    public void sense(ByteBuffer to) {
        to.put(sense.array(), 0, senseLength());
    }

    /** Whether a task management function ended this task so that no response must be sent. */
    public boolean aborted() {
        return state.phase() == TaskState.ABORTED_SILENT;
    }

    /** Gives the command up without a response: its connection is lost. */
    public void abort() {
        state.abort(state.snapshot(), false);
    }

    /** Ends the command, which has not run, with the sense of a failure of the transport. */
    public void fail(TransportFault fault) {
        if (state.finish()) {
            conclude(CheckCondition.of(fault));
        }
    }

    /** Leaves the task set. */
    public void end() {
        unit = null;
        state.end();
    }

    long tag() {
        return tag;
    }

    boolean isActiveOn(LogicalUnit some) {
        long seen = state.snapshot();
        return TaskState.isActive(seen) && unit == some && state.snapshot() == seen;
    }

    /** Whether {@link #run} has not returned yet, aborted or not. */
    boolean isAtWorkOn(LogicalUnit some) {
        return atWork && unit == some;
    }

    boolean abortIfOn(LogicalUnit some, Predicate<ScsiTask> which, boolean told) {
        long seen = state.snapshot();
        // The fields may belong to a later command already; then the abort finds another state.
        return TaskState.isActive(seen)
                && unit == some
                && which.test(this)
                && state.abort(seen, told);
    }

    private void execute() {
        try {
            command.operation().execution().run(command);
        } catch (CommandTermination termination) {
            conclude(termination);
        } catch (StorageException e) {
            Sense failed = FailureSense.of(e.failure(), command.stores());
            conclude(CheckCondition.of(failed));
        } catch (RuntimeException | InternalError fault) {
            conclude(unexpected(fault));
        }
    }

    private void conclude(CommandTermination termination) {
        switch (termination) {
            case ReservationConflict _ -> status = ScsiStatus.RESERVATION_CONFLICT;
            case CheckCondition condition -> {
                status = ScsiStatus.CHECK_CONDITION;
                LogicalUnit addressed = unit;
                boolean descriptors = addressed != null && addressed.descriptorSense();
                SenseCodec.write(sense.clear(), condition, descriptors);
            }
        }
    }

    private CheckCondition unexpected(Throwable fault) {
        log.error("Command {} of {} failed", Cdb.opcode(command.cdb()), nexus.initiator(), fault);
        return CheckCondition.of(Sense.INTERNAL_TARGET_FAILURE);
    }
}

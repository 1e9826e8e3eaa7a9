package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.scsi.ScsiTask;
import dev.weir.blockio.scsi.TransportFault;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The SCSI commands of one connection, from their PDUs to having their data.
 *
 * <pre>
 *   SCSI Command --+--- data complete ------------------------> execution
 *                  |                                             ^
 *                  +--> wait for memory --> R2T --> Data-Out ----+
 * </pre>
 *
 * <p>Everything here happens inside a batch of the connection's replies, whichever thread does it.
 */
final class ScsiCommands {

    /** Not refused. */
    static final int ACCEPTED = 0;

    private final ConnectionServices services;
    private final SessionParameters parameters;
    private final Execution execution;
    private final CommandTable table;
    private final ByteBuffer cdb = ByteBuffer.allocate(ScsiCommandPdu.MAX_CDB_BYTES);

    ScsiCommands(ConnectionServices services, SessionParameters parameters, Execution execution) {
        this.services = services;
        this.parameters = parameters;
        this.execution = execution;
        this.table = execution.table();
    }

    /**
     * Takes a SCSI Command.
     *
     * @return the {@link RejectReason}, or {@link #ACCEPTED}
     */
    int command(PduReader pdu) throws IOException {
        int refusal = check(pdu);
        if (refusal != ACCEPTED) {
            return refusal;
        }
        ByteBuffer view = pdu.view();
        int at = pdu.at();
        boolean writes = ScsiCommandPdu.writes(view, at);
        Command command = execution.obtain();
        command.begin(
                Bhs.initiatorTaskTag(view, at),
                Bhs.lun(view, at),
                ScsiCommandPdu.expectedTransferBytes(view, at),
                ScsiCommandPdu.reads(view, at),
                writes,
                Bhs.immediate(view, at));
        ScsiTask task = command.task();
        long tag = Integer.toUnsignedLong(command.taskTag());
        task.begin(
                command.lun(),
                tag,
                ScsiCommandPdu.attribute(view, at),
                cdb,
                command.writableBytes());
        table.add(command);
        command.needs(task.dataOutBytes());
        if (writes) {
            write(command, pdu);
        } else {
            execution.execute(command, pdu.hasMore());
        }
        return ACCEPTED;
    }

    /**
     * Takes a Data-Out.
     *
     * @return the {@link RejectReason}, or {@link #ACCEPTED}
     */
    int dataOut(PduReader pdu) throws IOException {
        ByteBuffer view = pdu.view();
        int at = pdu.at();
        int transferTag = Bhs.targetTransferTag(view, at);
        Command command = table.find(Bhs.initiatorTaskTag(view, at));
        if (command == null
                || command.waitsFor() != Command.Wait.DATA
                || !command.transfer().awaits(transferTag)) {
            // What was asked for may come after its command was aborted.
            return services.tags().wasTaken(transferTag)
                    ? ACCEPTED
                    : RejectReason.INVALID_PDU_FIELD;
        }
        long offset = DataOutPdu.bufferOffset(view, at);
        DataOutTransfer transfer = command.transfer();
        int stored =
                transfer.accept(
                        DataOutPdu.dataSn(view, at),
                        offset,
                        pdu.dataBytes(),
                        Bhs.isFinal(view, at));
        IoBuffer buffer = command.buffer();
        if (stored > 0 && buffer != null) {
            pdu.memory().copyTo(pdu.dataAt(), buffer.memory(), offset, stored);
        }
        if (command.task().aborted()) {
            // From elsewhere: the initiator does not know the task any more that R2Ts would name.
            transfer.spoil();
        }
        if (transfer.isComplete()) {
            received(command, pdu.hasMore());
        } else {
            ask(command);
        }
        return ACCEPTED;
    }

    /** Forgets commands that task management has ended and that wait for something. */
    void dropAborted() {
        table.forEach(command -> {
            if (!command.task().aborted() || !isWaiting(command)) {
                return;
            }
            if (command.waitsFor() == Command.Wait.DATA && command.transfer().awaits(Bhs.NO_TAG)) {
                // Only its task tag tells what still comes unasked.
                command.transfer().spoil();
            } else {
                execution.drop(command);
            }
        });
    }

    /** The connection goes: commands that wait for something are aborted, others unanswered. */
    void end() {
        execution.end();
        table.forEach(command -> {
            command.task().abort();
            if (isWaiting(command)) {
                execution.drop(command);
            }
        });
    }

    /**
     * Whether a command waits longer for its data than anybody needs to send it. Those that were
     * ended from elsewhere, on another connection or by another initiator, are only forgotten:
     * their own initiator knows of it, and does not send any more.
     */
    boolean isOverdue(long nanoTime) {
        boolean[] overdue = {false};
        table.forEach(command -> {
            if (command.waitsFor() == Command.Wait.DATA && nanoTime - command.deadlineNanos() > 0) {
                if (command.task().aborted()) {
                    execution.drop(command);
                } else {
                    overdue[0] = true;
                }
            }
        });
        return overdue[0];
    }

    private int check(PduReader pdu) {
        ByteBuffer view = pdu.view();
        int at = pdu.at();
        int tag = Bhs.initiatorTaskTag(view, at);
        boolean writes = ScsiCommandPdu.writes(view, at);
        // No device here moves data in both directions with one command.
        if (tag == Bhs.NO_TAG
                || (writes && ScsiCommandPdu.reads(view, at))
                || (!writes && (pdu.dataBytes() > 0 || !Bhs.isFinal(view, at)))
                || !ScsiCommandPdu.copyCdb(view, at, cdb)) {
            return RejectReason.INVALID_PDU_FIELD;
        }
        Command other = table.find(tag);
        if (other != null) {
            if (!other.task().aborted() || !isWaiting(other)) {
                return RejectReason.TASK_IN_PROGRESS;
            }
            execution.drop(other);
        }
        boolean tooMany = table.immediate() >= services.limits().immediateCommands();
        return Bhs.immediate(view, at) && tooMany ? RejectReason.IMMEDIATE_COMMAND : ACCEPTED;
    }

    private void write(Command command, PduReader pdu) throws IOException {
        ScsiTask task = command.task();
        int immediateBytes = pdu.dataBytes();
        boolean follows = !Bhs.isFinal(pdu.view(), pdu.at());
        int unaskedMax = (int) Math.min(command.expectedBytes(), parameters.firstBurstBytes());
        if ((immediateBytes > 0 && !parameters.immediateData())
                || (follows && parameters.initialR2t())
                || immediateBytes > unaskedMax) {
            task.fail(TransportFault.UNEXPECTED_UNSOLICITED_DATA);
        } else if (Math.min(command.expectedBytes(), task.dataOutBytes())
                > services.limits().maxTransferBytes()) {
            task.fail(TransportFault.DATA_NOT_RECEIVED);
        }
        int needed = (int) Math.min(command.expectedBytes(), task.dataOutBytes());
        DataOutTransfer transfer = command.transfer();
        transfer.start(needed, immediateBytes, follows, unaskedMax, parameters.maxBurstBytes());
        command.takes(needed);
        if (transfer.isComplete()) {
            execution.execute(command, pdu.memory(), pdu.dataAt(), needed, pdu.hasMore());
        } else if (needed == 0) {
            await(command);
        } else if (immediateBytes > 0 || follows) {
            takeUnasked(command, needed, pdu);
        } else {
            execution.withMemory(
                    command,
                    needed,
                    () -> {
                        execution.hold(command, needed);
                        await(command);
                    });
        }
    }

    /** Data that is here already cannot wait for memory: without it, the command is refused. */
    private void takeUnasked(Command command, int needed, PduReader pdu) throws IOException {
        DataOutTransfer transfer = command.transfer();
        if (services.memory().tryTake(BufferPool.sizeFor(needed))) {
            IoBuffer buffer = execution.hold(command, needed);
            int immediateBytes = Math.min(needed, pdu.dataBytes());
            pdu.memory().copyTo(pdu.dataAt(), buffer.memory(), 0, immediateBytes);
        } else {
            transfer.spoil();
        }
        if (transfer.isComplete()) {
            execution.busy(command);
        } else {
            await(command);
        }
    }

    private void await(Command command) throws IOException {
        command.waitFor(Command.Wait.DATA);
        command.deadline(System.nanoTime() + services.limits().dataOutTimeout().toNanos());
        ask(command);
    }

    private void ask(Command command) throws IOException {
        while (command.transfer().wantsR2t()) {
            services.responses().readyToTransfer(command, services.tags().take());
        }
    }

    private void received(Command command, boolean othersWait) throws IOException {
        IoBuffer buffer = command.buffer();
        if (buffer == null && command.takenBytes() > 0) {
            execution.busy(command);
            return;
        }
        if (command.transfer().isFaulty()) {
            command.task().fail(TransportFault.DATA_NOT_RECEIVED);
            command.takes(0);
        }
        if (buffer == null) {
            execution.execute(command, othersWait);
        } else {
            int bytes = (int) command.takenBytes();
            execution.execute(command, buffer.memory(), 0, bytes, othersWait);
        }
    }

    private static boolean isWaiting(Command command) {
        return command.waitsFor() == Command.Wait.DATA || command.waitsFor() == Command.Wait.MEMORY;
    }
}

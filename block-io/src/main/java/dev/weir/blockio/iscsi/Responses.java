package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.scsi.ScsiTask;
import dev.weir.blockio.wire.ReplyQueue;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The PDUs of the full feature phase that go to the initiator (RFC 7143 11), with their sequence
 * numbers. Every method is called inside a batch of the connection's replies, which guards the
 * numbers too.
 *
 * <pre>
 *  0        1       2          3        4        8     16    20        24       28         32         36
 *  | opcode | flags | response | status | length | LUN | ITT | TTT/SNACK | StatSN | ExpCmdSN | MaxCmdSN |
 *  36               40              44         48
 *  | DataSN / R2TSN | offset        | residual |
 * </pre>
 */
final class Responses {
    private static final int STATUS_GOOD = 0;

    private static final int RESPONSE_OFFSET = 2;
    private static final int STATUS_OFFSET = 3;
    private static final int STAT_SN_OFFSET = 24;
    private static final int EXP_CMD_SN_OFFSET = 28;
    private static final int MAX_CMD_SN_OFFSET = 32;
    private static final int DATA_SN_OFFSET = 36;
    private static final int BUFFER_OFFSET_OFFSET = 40;
    private static final int RESIDUAL_OFFSET = 44;

    private static final int OVERFLOW_FLAG = 0x04;
    private static final int UNDERFLOW_FLAG = 0x02;
    private static final int STATUS_FLAG = 0x01;

    /** In front of the sense data (RFC 7143 11.4.7). */
    private static final int SENSE_LENGTH_BYTES = 2;

    private static final int MAX_SENSE_BYTES = 252;

    /** Data of up to this size is copied among the other replies rather than sent on its own. */
    private static final int COPIED_BYTES = 16 << 10;

    private final ReplyQueue replies;
    private final PduWriter writer;
    private final CommandWindow window;
    private int statSn;

    Responses(ReplyQueue replies, CommandWindow window, ConnectionParameters agreed, int statSn) {
        this.replies = replies;
        this.writer = new PduWriter(replies.buffer());
        this.writer.agree(agreed);
        this.window = window;
        this.statSn = statSn;
    }

    PduWriter writer() {
        return writer;
    }

    int nextStatSn() {
        return statSn;
    }

    /** A SCSI Response (RFC 7143 11.4), with sense where there is any. */
    void scsiResponse(Command command, ScsiTask task) throws IOException {
        int status = task.status();
        int senseBytes = Math.min(task.senseLength(), MAX_SENSE_BYTES);
        int dataBytes = senseBytes > 0 ? SENSE_LENGTH_BYTES + senseBytes : 0;
        int at =
                scsiResponse(
                        command, status, command.residualBytes(task.dataInLength()), dataBytes);
        if (senseBytes > 0) {
            int data = writer.dataAt();
            writer.view().putShort(data, (short) senseBytes);
            task.sense(writer.view().position(data + SENSE_LENGTH_BYTES));
            writer.view().clear();
        }
        sequence(at, true);
        writer.end(dataBytes);
    }

    /** A status that the transport decides on; nothing was moved. */
    void status(Command command, int status) throws IOException {
        int at = scsiResponse(command, status, -command.expectedBytes(), 0);
        sequence(at, true);
        writer.end(0);
    }

    private int scsiResponse(Command command, int status, long residual, int dataBytes)
            throws IOException {
        int at =
                writer.begin(
                        Opcode.SCSI_RESPONSE,
                        Bhs.FINAL_FLAG | residualFlag(residual),
                        command.taskTag(),
                        dataBytes);
        ByteBuffer view = writer.view();
        view.put(at + STATUS_OFFSET, (byte) status);
        view.putInt(at + DATA_SN_OFFSET, command.dataSn());
        view.putInt(at + RESIDUAL_OFFSET, residualCount(residual));
        return at;
    }

    /** Whether a command's data fits into one Data-In that lies in the replies. */
    boolean fitsOneDataIn(int bytes, int maxBurstBytes) {
        return bytes <= writer.maxDataBytes() && bytes <= maxBurstBytes;
    }

    /** Makes room for a Data-In; its data goes to {@link PduWriter#dataAt}. */
    void prepareDataIn(int bytes) throws IOException {
        replies.batch().room(Bhs.BYTES + Bhs.padded(bytes) + 2 * Bhs.DIGEST_BYTES);
    }

    /**
     * All data of a command, which lies in the replies already, and its status (phase collapse).
     */
    void dataInWithStatus(Command command, int bytes, long residual) {
        writer.header(
                Opcode.DATA_IN,
                Bhs.FINAL_FLAG | STATUS_FLAG | residualFlag(residual),
                command.taskTag(),
                bytes);
        int at = replies.batch().position();
        dataInFields(command, at, 0, true);
        writer.view().putInt(at + RESIDUAL_OFFSET, residualCount(residual));
        writer.end(bytes);
    }

    /** All data of a command out of a buffer of its own, and its status. */
    void dataInWithStatus(
            Command command, IoBuffer data, int bytes, long residual, int maxBurstBytes)
            throws IOException {
        int sent = 0;
        while (sent < bytes) {
            int burstLeft = maxBurstBytes - sent % maxBurstBytes;
            int now = Math.min(Math.min(bytes - sent, writer.maxDataBytes()), burstLeft);
            boolean last = sent + now == bytes;
            int flags = last || now == burstLeft ? Bhs.FINAL_FLAG : 0;
            if (last) {
                flags |= STATUS_FLAG | residualFlag(residual);
            }
            dataIn(command, data, sent, now, flags, last ? residualCount(residual) : 0);
            sent += now;
        }
    }

    private void dataIn(
            Command command, IoBuffer data, int offset, int bytes, int flags, int residualCount)
            throws IOException {
        // What is not whole words needs padding right behind it.
        boolean copied = bytes <= COPIED_BYTES || bytes % Bhs.WORD_BYTES != 0;
        replies.batch().room(Bhs.BYTES + 2 * Bhs.DIGEST_BYTES + (copied ? Bhs.padded(bytes) : 0));
        writer.header(Opcode.DATA_IN, flags, command.taskTag(), bytes);
        int at = replies.batch().position();
        dataInFields(command, at, offset, (flags & STATUS_FLAG) != 0);
        writer.view().putInt(at + RESIDUAL_OFFSET, residualCount);
        if (copied) {
            data.memory().copyTo(offset, writer.memory(), writer.dataAt(), bytes);
            writer.end(bytes);
        } else {
            writer.endHeader();
            replies.sendWith(data.view().slice(offset, bytes));
            writer.endData(data.memory(), offset, bytes);
        }
    }

    private void dataInFields(Command command, int at, int offset, boolean withStatus) {
        ByteBuffer view = writer.view();
        view.put(at + STATUS_OFFSET, (byte) STATUS_GOOD);
        view.putInt(at + Bhs.TTT_OFFSET, Bhs.NO_TAG);
        view.putInt(at + DATA_SN_OFFSET, command.nextDataSn());
        view.putInt(at + BUFFER_OFFSET_OFFSET, offset);
        if (withStatus) {
            sequence(at, true);
        } else {
            window(at);
        }
    }

    /** Ready To Transfer (RFC 7143 11.8): asks for what {@code transfer} wants next. */
    void readyToTransfer(Command command, int transferTag) throws IOException {
        DataOutTransfer transfer = command.transfer();
        int at = writer.begin(Opcode.R2T, Bhs.FINAL_FLAG, command.taskTag(), 0);
        ByteBuffer view = writer.view();
        view.putLong(at + Bhs.LUN_OFFSET, command.lun());
        view.putInt(at + Bhs.TTT_OFFSET, transferTag);
        view.putInt(at + DATA_SN_OFFSET, transfer.r2tSn());
        view.putInt(at + BUFFER_OFFSET_OFFSET, transfer.r2tOffset());
        view.putInt(at + RESIDUAL_OFFSET, transfer.r2tBytes());
        sequence(at, false);
        writer.end(0);
        transfer.asked(transferTag);
        command.nextDataSn();
    }

    /** Answers a ping with the data it came with (RFC 7143 11.19). */
    void nopIn(int taskTag, long lun, byte[] data) throws IOException {
        int bytes = Math.min(data.length, writer.maxDataBytes());
        int at = writer.begin(Opcode.NOP_IN, Bhs.FINAL_FLAG, taskTag, bytes);
        writer.view().putLong(at + Bhs.LUN_OFFSET, lun);
        writer.view().putInt(at + Bhs.TTT_OFFSET, Bhs.NO_TAG);
        writer.view().put(writer.dataAt(), data, 0, bytes);
        sequence(at, true);
        writer.end(bytes);
    }

    /** Pings the initiator, which answers under the same tag. */
    void ping(int transferTag) throws IOException {
        int at = writer.begin(Opcode.NOP_IN, Bhs.FINAL_FLAG, Bhs.NO_TAG, 0);
        writer.view().putInt(at + Bhs.TTT_OFFSET, transferTag);
        sequence(at, false);
        writer.end(0);
    }

    /** RFC 7143 11.6. */
    void taskManagement(int taskTag, int response) throws IOException {
        plain(Opcode.TASK_MANAGEMENT_RESPONSE, taskTag, response);
    }

    /** RFC 7143 11.15; nothing is retained, so that there is nothing to wait for. */
    void logout(int taskTag, int response) throws IOException {
        plain(Opcode.LOGOUT_RESPONSE, taskTag, response);
    }

    private void plain(int opcode, int taskTag, int response) throws IOException {
        int at = writer.begin(opcode, Bhs.FINAL_FLAG, taskTag, 0);
        writer.view().put(at + RESPONSE_OFFSET, (byte) response);
        sequence(at, true);
        writer.end(0);
    }

    /** A Text Response (RFC 7143 11.11). */
    void text(int taskTag, int transferTag, int flags, byte[] text, int from, int bytes)
            throws IOException {
        int at = writer.begin(Opcode.TEXT_RESPONSE, flags, taskTag, bytes);
        writer.view().putInt(at + Bhs.TTT_OFFSET, transferTag);
        writer.view().put(writer.dataAt(), text, from, bytes);
        sequence(at, true);
        writer.end(bytes);
    }

    /** Refuses a PDU, whose header goes back (RFC 7143 11.17). */
    void reject(int reason, ByteBuffer pdu, int pduAt) throws IOException {
        int at = writer.begin(Opcode.REJECT, Bhs.FINAL_FLAG, Bhs.NO_TAG, Bhs.BYTES);
        writer.view().put(at + RESPONSE_OFFSET, (byte) reason);
        writer.view().put(writer.dataAt(), pdu, pduAt, Bhs.BYTES);
        sequence(at, true);
        writer.end(Bhs.BYTES);
    }

    /** An Asynchronous Message without sense (RFC 7143 11.9). */
    void async(AsyncEvent event, int parameter1, int parameter2, int parameter3)
            throws IOException {
        int at = writer.begin(Opcode.ASYNC_MESSAGE, Bhs.FINAL_FLAG, Bhs.NO_TAG, 0);
        ByteBuffer view = writer.view();
        view.put(at + AsyncEvent.EVENT_OFFSET, (byte) event.code());
        view.putShort(at + AsyncEvent.PARAMETER1_OFFSET, (short) parameter1);
        view.putShort(at + AsyncEvent.PARAMETER1_OFFSET + 2, (short) parameter2);
        view.putShort(at + AsyncEvent.PARAMETER1_OFFSET + 4, (short) parameter3);
        sequence(at, true);
        writer.end(0);
    }

    private void sequence(int at, boolean counts) {
        writer.view().putInt(at + STAT_SN_OFFSET, statSn);
        if (counts) {
            statSn++;
        }
        window(at);
    }

    private void window(int at) {
        writer.view().putInt(at + EXP_CMD_SN_OFFSET, window.expected());
        writer.view().putInt(at + MAX_CMD_SN_OFFSET, window.max());
    }

    private static int residualFlag(long residual) {
        return residual > 0 ? OVERFLOW_FLAG : residual < 0 ? UNDERFLOW_FLAG : 0;
    }

    private static int residualCount(long residual) {
        return (int) Math.min(Math.abs(residual), 0xffff_ffffL);
    }
}

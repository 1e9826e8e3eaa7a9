package dev.weir.blockio.iscsi;

import dev.weir.blockio.wire.ProtocolViolation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Text negotiation in the full feature phase of one connection (RFC 7143 11.10, 11.11): SendTargets
 * and what may be declared anew. Requests and responses may come in several PDUs. Owned by the
 * connection's thread, inside a batch of its replies.
 */
final class TextExchange {

    /** What is to be told about targets. */
    @FunctionalInterface
    interface Targets {

        /** Appends the targets that {@code wanted} asks for; false if it may not be asked here. */
        boolean describe(String wanted, ByteArrayOutputStream text);
    }

    private static final String SEND_TARGETS = "SendTargets";

    private final Responses responses;
    private final TransferTags tags;
    private final Targets targets;
    private final OperationalKeys keys;
    private final int maxTextBytes;
    private final ByteArrayOutputStream request = new ByteArrayOutputStream();
    private byte[] response = {};
    private int sent;
    private int tag = Bhs.NO_TAG;

    TextExchange(Responses responses, TransferTags tags, Targets targets, IscsiLimits limits) {
        this.responses = responses;
        this.tags = tags;
        this.targets = targets;
        this.keys = new OperationalKeys(limits);
        this.maxTextBytes = limits.maxTextBytes();
    }

    /**
     * Takes a Text Request.
     *
     * @return the {@link RejectReason}, or {@link ScsiCommands#ACCEPTED}
     */
    int serve(PduReader pdu) throws IOException {
        ByteBuffer view = pdu.view();
        int at = pdu.at();
        int taskTag = Bhs.initiatorTaskTag(view, at);
        int transferTag = Bhs.targetTransferTag(view, at);
        boolean last = Bhs.isFinal(view, at);
        boolean continued = (Bhs.flags(view, at) & Bhs.CONTINUE_FLAG) != 0;
        if (taskTag == Bhs.NO_TAG || (last && continued)) {
            return RejectReason.INVALID_PDU_FIELD;
        }
        if (transferTag == Bhs.NO_TAG) {
            // A new negotiation ends what is left of another (RFC 7143 11.10.4).
            reset();
        } else if (transferTag != tag) {
            return RejectReason.INVALID_PDU_FIELD;
        }
        if (pdu.dataBytes() > maxTextBytes - request.size()) {
            throw new ProtocolViolation("text of too many bytes");
        }
        request.writeBytes(pdu.copyData());
        if (continued) {
            tag = tags.take();
            responses.text(taskTag, tag, 0, response, 0, 0);
            return ScsiCommands.ACCEPTED;
        }
        if (sent == response.length && !answer()) {
            reset();
            return RejectReason.PROTOCOL_ERROR;
        }
        send(taskTag, last);
        return ScsiCommands.ACCEPTED;
    }

    /**
     * Answers the keys of the request; false where it is refused as a whole. That is so where none
     * of them can be served: some initiators take a lone NotUnderstood for a broken connection.
     */
    private boolean answer() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            Map<String, String> offers = TextKeys.parse(request.toByteArray());
            boolean served = offers.isEmpty();
            for (Map.Entry<String, String> offer : offers.entrySet()) {
                served |= answer(offer.getKey(), offer.getValue(), text);
            }
            if (!served) {
                return false;
            }
        } catch (TextKeys.SyntaxException _) {
            return false;
        }
        request.reset();
        response = text.toByteArray();
        sent = 0;
        return true;
    }

    private boolean answer(String key, String value, ByteArrayOutputStream text) {
        if (key.equals(SEND_TARGETS)) {
            if (targets.describe(value, text)) {
                return true;
            }
            TextKeys.write(key, TextKeys.REJECT, text);
            return false;
        }
        if (key.equals(OperationalKeys.MAX_RECV_DATA_SEGMENT_LENGTH)) {
            // The one that may be declared at any time (RFC 7143 13.12).
            if (keys.answer(key, value) != null) {
                TextKeys.write(key, TextKeys.REJECT, text);
            } else {
                PduWriter writer = responses.writer();
                int bytes = keys.connection().sendDataBytes();
                writer.agree(writer.parameters().withSendDataBytes(bytes));
            }
            return true;
        }
        boolean known = keys.knows(key);
        TextKeys.write(key, known ? TextKeys.REJECT : TextKeys.NOT_UNDERSTOOD, text);
        return known;
    }

    /** Sends as much of the response as one PDU takes; the initiator asks for the rest. */
    private void send(int taskTag, boolean lastRequest) throws IOException {
        int now = Math.min(response.length - sent, responses.writer().maxDataBytes());
        boolean all = sent + now == response.length;
        boolean last = all && lastRequest;
        tag = last ? Bhs.NO_TAG : tags.take();
        int flags = last ? Bhs.FINAL_FLAG : all ? 0 : Bhs.CONTINUE_FLAG;
        responses.text(taskTag, tag, flags, response, sent, now);
        sent += now;
    }

    private void reset() {
        request.reset();
        response = new byte[0];
        sent = 0;
        tag = Bhs.NO_TAG;
    }
}

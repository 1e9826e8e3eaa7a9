package dev.weir.blockio.iscsi;

import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReplyQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the login phase of one connection over its socket. Owned by the connection's thread,
 * inside a batch of its replies.
 *
 * <pre>
 *  Login Response (RFC 7143 11.13)
 *  0   1             2      3        8      14     16    24       28         32         36       38
 *  |   | T C CSG NSG | vmax | active | ISID | TSIH | ITT | StatSN | ExpCmdSN | MaxCmdSN | status | ...
 * </pre>
 */
final class LoginExchange {
    private static final Logger log = LoggerFactory.getLogger(LoginExchange.class);

    private static final int STAT_SN_OFFSET = 24;
    private static final int EXP_CMD_SN_OFFSET = 28;
    private static final int MAX_CMD_SN_OFFSET = 32;
    private static final int STATUS_OFFSET = 36;
    private static final int ISID_SHIFT = 16;

    /** Begins or joins a session once everything is agreed on. */
    @FunctionalInterface
    interface Door {
        Sessions.Admission admit(Login login) throws InterruptedException;
    }

    /** A connection that is in. */
    record Established(Session session, Login login, int nextStatSn) {}

    private final PduReader pdu;
    private final PduWriter writer;
    private final ReplyQueue replies;
    private final LoginNegotiation negotiation;
    private final Door door;
    private final int maxSteps;
    private final String remote;
    private int statSn;

    LoginExchange(
            PduReader pdu,
            ReplyQueue replies,
            LoginNegotiation negotiation,
            Door door,
            int maxSteps,
            String remote) {
        this.pdu = pdu;
        this.replies = replies;
        this.writer = new PduWriter(replies.batch());
        this.negotiation = negotiation;
        this.door = door;
        this.maxSteps = maxSteps;
        this.remote = remote;
    }

    /** Returns nothing if the client left or was refused. */
    Optional<Established> run() throws IOException {
        for (int step = 0; step < maxSteps; step++) {
            if (!pdu.next()) {
                return Optional.empty();
            }
            if (Bhs.opcode(pdu.view(), pdu.at()) != Opcode.LOGIN) {
                throw new ProtocolViolation("a PDU other than a login request before login");
            }
            LoginRequest request = LoginRequest.read(pdu.view(), pdu.at(), pdu.copyData());
            pdu.consume();
            switch (negotiation.step(request)) {
                case LoginNegotiation.Outcome.Answer answer ->
                        respond(request, request.tsih(), answer, request.cmdSn(), request.cmdSn());
                case LoginNegotiation.Outcome.Complete complete -> {
                    return establish(request, complete);
                }
                case LoginNegotiation.Outcome.Refused refused -> {
                    refuse(request, refused.status(), refused.reason());
                    return Optional.empty();
                }
            }
        }
        throw new ProtocolViolation("a login of too many steps");
    }

    private Optional<Established> establish(
            LoginRequest request, LoginNegotiation.Outcome.Complete complete) throws IOException {
        switch (admit(complete.login())) {
            case Sessions.Admission.Admitted(Session session) -> {
                CommandWindow window = session.window();
                respond(
                        request,
                        session.tsih(),
                        complete.answer(),
                        window.expected(),
                        window.max());
                return Optional.of(new Established(session, complete.login(), statSn));
            }
            case Sessions.Admission.Refused refused -> {
                refuse(request, refused.status(), refused.reason());
                return Optional.empty();
            }
        }
    }

    private Sessions.Admission admit(Login login) throws IOException {
        // A session that ends meanwhile may need time; nobody waits for these replies.
        replies.endBatch();
        try {
            return door.admit(login);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Sessions.Admission.Refused(
                    LoginStatus.SERVICE_UNAVAILABLE, "interrupted while logging in");
        } finally {
            replies.startBatch();
        }
    }

    private void respond(
            LoginRequest request,
            int tsih,
            LoginNegotiation.Outcome.Answer answer,
            int expCmdSn,
            int maxCmdSn)
            throws IOException {
        int flags =
                (answer.transit() ? Bhs.FINAL_FLAG : 0)
                        | answer.currentStage() << LoginRequest.CURRENT_STAGE_SHIFT
                        | (answer.transit() ? answer.nextStage() : 0);
        write(request, tsih, flags, LoginStatus.SUCCESS, answer.text(), expCmdSn, maxCmdSn);
    }

    private void refuse(LoginRequest request, LoginStatus status, String reason)
            throws IOException {
        log.warn("Refusing the login of {}: {} ({})", remote, status, reason);
        int flags = request.currentStage() << LoginRequest.CURRENT_STAGE_SHIFT;
        int sn = request.cmdSn();
        write(request, request.tsih(), flags, status, new byte[0], sn, sn);
    }

    private void write(
            LoginRequest request,
            int tsih,
            int flags,
            LoginStatus status,
            byte[] text,
            int expCmdSn,
            int maxCmdSn)
            throws IOException {
        int at = writer.begin(Opcode.LOGIN_RESPONSE, flags, request.taskTag(), text.length);
        ByteBuffer view = writer.view();
        // Highest and active version are both 0.
        view.putLong(at + LoginRequest.ISID_OFFSET, request.isid() << ISID_SHIFT);
        view.putShort(at + LoginRequest.TSIH_OFFSET, (short) tsih);
        view.putInt(at + STAT_SN_OFFSET, statSn++);
        view.putInt(at + EXP_CMD_SN_OFFSET, expCmdSn);
        view.putInt(at + MAX_CMD_SN_OFFSET, maxCmdSn);
        view.putShort(at + STATUS_OFFSET, (short) status.code());
        view.put(writer.dataAt(), text);
        writer.end(text.length);
    }
}

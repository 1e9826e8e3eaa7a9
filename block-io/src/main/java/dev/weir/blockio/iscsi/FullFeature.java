package dev.weir.blockio.iscsi;

import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReplyQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The full feature phase of one connection (RFC 7143 4.2.5): takes PDUs out of the receive buffer,
 * as many as came in with one read, and sees that each is answered.
 *
 * <p>Owned by the connection's thread, which is in a batch of the replies except while it waits:
 * for the initiator, for commands that come before its own on other connections, or for workers.
 */
final class FullFeature {

    /** What is not a matter of this connection alone. */
    interface Host {

        /** Ends another connection of the session, if there is one of this number. */
        boolean closeConnection(int connectionId);

        /** Ends all connections of the session. */
        void closeSession();

        /** Ends all sessions of the target. */
        void closeTarget();
    }

    private final PduReader pdu;
    private final ConnectionServices services;
    private final TextExchange text;
    private final @Nullable ScsiCommands commands;
    private final @Nullable TaskManagementRequests taskManagement;
    private final int connectionId;
    private final Host host;
    private int rejects;

    /**
     * @param commands null in a discovery session, as is {@code taskManagement}
     */
    FullFeature(
            PduReader pdu,
            ConnectionServices services,
            TextExchange text,
            @Nullable ScsiCommands commands,
            @Nullable TaskManagementRequests taskManagement,
            int connectionId,
            Host host) {
        this.pdu = pdu;
        this.services = services;
        this.text = text;
        this.commands = commands;
        this.taskManagement = taskManagement;
        this.connectionId = connectionId;
        this.host = host;
    }

    /** Serves until the initiator leaves. */
    void run() throws IOException {
        while (pdu.next()) {
            boolean goOn = serve();
            pdu.consume();
            if (!goOn) {
                return;
            }
            services.replies().sendLongBatch();
        }
    }

    private boolean serve() throws IOException {
        ByteBuffer view = pdu.view();
        int at = pdu.at();
        int opcode = Bhs.opcode(view, at);
        if (pdu.isDamaged()) {
            // Without recovery (ErrorRecoveryLevel 0) a damaged PDU ends the connection.
            reject(RejectReason.DATA_DIGEST_ERROR);
            return false;
        }
        return switch (opcode) {
            case Opcode.SCSI_COMMAND, Opcode.TASK_MANAGEMENT ->
                    commands == null
                            ? refuse(RejectReason.PROTOCOL_ERROR)
                            : !deliver(view, at) || serveNumbered(opcode, view, at);
            case Opcode.NOP_OUT, Opcode.TEXT, Opcode.LOGOUT ->
                    !deliver(view, at) || serveNumbered(opcode, view, at);
            case Opcode.DATA_OUT ->
                    refuse(commands == null ? RejectReason.PROTOCOL_ERROR : commands.dataOut(pdu));
            case Opcode.SNACK -> refuse(RejectReason.SNACK);
            case Opcode.LOGIN -> throw new ProtocolViolation("a login request after login");
            default -> refuse(RejectReason.COMMAND_NOT_SUPPORTED);
        };
    }

    /** Serves what has its place in the order of commands; false if the connection is to end. */
    private boolean serveNumbered(int opcode, ByteBuffer view, int at) throws IOException {
        boolean immediate = Bhs.immediate(view, at);
        if (opcode == Opcode.SCSI_COMMAND && commands != null) {
            int refusal = commands.command(pdu);
            if (refusal != ScsiCommands.ACCEPTED && !immediate) {
                services.window().answered();
            }
            return refuse(refusal);
        }
        if (!immediate) {
            services.window().answered();
        }
        return switch (opcode) {
            case Opcode.NOP_OUT -> nopOut(view, at);
            case Opcode.TEXT -> refuse(text.serve(pdu));
            case Opcode.LOGOUT -> logout(view, at);
            default -> manageTasks(view, at);
        };
    }

    /** Whether the PDU is to be served now; numbers outside the window are ignored. */
    private boolean deliver(ByteBuffer view, int at) throws IOException {
        int cmdSn = Bhs.cmdSn(view, at);
        CommandWindow window = services.window();
        if (Bhs.immediate(view, at)) {
            return true;
        }
        CommandWindow.Verdict verdict = window.tryDeliver(cmdSn);
        if (verdict == CommandWindow.Verdict.NOT_YET) {
            verdict = awaitTurn(cmdSn);
        }
        return switch (verdict) {
            case DELIVER -> true;
            case IGNORE -> false;
            case NOT_YET, GIVE_UP ->
                    throw new ProtocolViolation("commands before number " + cmdSn + " are missing");
        };
    }

    private CommandWindow.Verdict awaitTurn(int cmdSn) throws IOException {
        ReplyQueue replies = services.replies();
        replies.endBatch();
        try {
            long timeoutNanos = services.limits().commandGapTimeout().toNanos();
            return services.window().deliver(cmdSn, timeoutNanos);
        } catch (InterruptedException e) {
            throw ConnectionServices.interrupted(e);
        } finally {
            replies.startBatch();
        }
    }

    private boolean nopOut(ByteBuffer view, int at) throws IOException {
        int taskTag = Bhs.initiatorTaskTag(view, at);
        // Without a tag it answers a ping, or only says what was received.
        if (taskTag != Bhs.NO_TAG) {
            services.responses().nopIn(taskTag, Bhs.lun(view, at), pdu.copyData());
        }
        return true;
    }

    private boolean manageTasks(ByteBuffer view, int at) throws IOException {
        if (Bhs.initiatorTaskTag(view, at) == Bhs.NO_TAG) {
            return refuse(RejectReason.INVALID_PDU_FIELD);
        }
        if (taskManagement != null && taskManagement.serve(pdu)) {
            services.replies().batch().drain();
            host.closeTarget();
            return false;
        }
        return true;
    }

    private boolean logout(ByteBuffer view, int at) throws IOException {
        int taskTag = Bhs.initiatorTaskTag(view, at);
        int id = LogoutPdu.connectionId(view, at);
        Responses responses = services.responses();
        return switch (LogoutPdu.reason(view, at)) {
            case LogoutPdu.CLOSE_SESSION -> {
                endCommands();
                responses.logout(taskTag, LogoutPdu.RESPONSE_CLOSED);
                services.replies().batch().drain();
                host.closeSession();
                yield false;
            }
            case LogoutPdu.CLOSE_CONNECTION -> {
                if (id == connectionId) {
                    endCommands();
                    responses.logout(taskTag, LogoutPdu.RESPONSE_CLOSED);
                    yield false;
                }
                boolean found = host.closeConnection(id);
                responses.logout(
                        taskTag,
                        found ? LogoutPdu.RESPONSE_CLOSED : LogoutPdu.RESPONSE_NO_CONNECTION);
                yield true;
            }
            case LogoutPdu.REMOVE_FOR_RECOVERY -> {
                responses.logout(taskTag, LogoutPdu.RESPONSE_NO_RECOVERY);
                yield true;
            }
            default -> refuse(RejectReason.INVALID_PDU_FIELD);
        };
    }

    /** What runs is finished and answered, what waits for data is not. */
    private void endCommands() throws IOException {
        if (commands != null) {
            services.quiesce(() -> Boolean.TRUE);
            commands.end();
        }
    }

    private boolean refuse(int reason) throws IOException {
        if (reason != ScsiCommands.ACCEPTED) {
            reject(reason);
        }
        return true;
    }

    private void reject(int reason) throws IOException {
        services.responses().reject(reason, pdu.view(), pdu.at());
        if (++rejects > services.limits().maxRejects()) {
            throw new ProtocolViolation("too many PDUs that cannot be served");
        }
    }
}

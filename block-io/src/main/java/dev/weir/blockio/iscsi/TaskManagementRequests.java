package dev.weir.blockio.iscsi;

import dev.weir.blockio.scsi.Nexus;
import dev.weir.blockio.scsi.ScsiTarget;
import dev.weir.blockio.scsi.TargetReset;
import dev.weir.blockio.scsi.TaskManagement;
import dev.weir.blockio.scsi.TaskManagementOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * The task management requests of one connection (RFC 7143 11.5). The response goes behind those of
 * all commands that were carried out before the function took effect; aborted commands get none.
 * Owned by the connection's thread, inside a batch of its replies.
 */
final class TaskManagementRequests {

    /** Does something with the replies let go, and waits for commands that run on workers. */
    @FunctionalInterface
    interface Quiescing {
        <T> T quiesce(Supplier<T> action) throws IOException;
    }

    private final ScsiCommands commands;
    private final CommandWindow window;
    private final Responses responses;
    private final Nexus nexus;
    private final ScsiTarget target;
    private final Quiescing quiescing;

    TaskManagementRequests(
            ScsiCommands commands,
            CommandWindow window,
            Responses responses,
            Nexus nexus,
            ScsiTarget target,
            Quiescing quiescing) {
        this.commands = commands;
        this.window = window;
        this.responses = responses;
        this.nexus = nexus;
        this.target = target;
        this.quiescing = quiescing;
    }

    /** Carries the function out; true if all sessions of the target are to end with it. */
    boolean serve(PduReader pdu) throws IOException {
        ByteBuffer view = pdu.view();
        int at = pdu.at();
        int taskTag = Bhs.initiatorTaskTag(view, at);
        int function = TaskManagementPdu.function(view, at);
        long lun = Bhs.lun(view, at);
        int response =
                switch (function) {
                    case TaskManagementPdu.ABORT_TASK ->
                            abortTask(
                                    lun,
                                    TaskManagementPdu.referencedTaskTag(view, at),
                                    TaskManagementPdu.refCmdSn(view, at));
                    case TaskManagementPdu.ABORT_TASK_SET ->
                            manage(TaskManagement.ABORT_TASK_SET, lun);
                    case TaskManagementPdu.CLEAR_ACA -> manage(TaskManagement.CLEAR_ACA, lun);
                    case TaskManagementPdu.CLEAR_TASK_SET ->
                            manage(TaskManagement.CLEAR_TASK_SET, lun);
                    case TaskManagementPdu.LOGICAL_UNIT_RESET ->
                            manage(TaskManagement.LOGICAL_UNIT_RESET, lun);
                    case TaskManagementPdu.TARGET_WARM_RESET -> reset(TargetReset.WARM);
                    case TaskManagementPdu.TARGET_COLD_RESET -> reset(TargetReset.COLD);
                    case TaskManagementPdu.TASK_REASSIGN ->
                            TaskManagementPdu.RESPONSE_REASSIGN_NOT_SUPPORTED;
                    default -> TaskManagementPdu.RESPONSE_NOT_SUPPORTED;
                };
        commands.dropAborted();
        responses.taskManagement(taskTag, response);
        return function == TaskManagementPdu.TARGET_COLD_RESET;
    }

    private int abortTask(long lun, int referenced, int refCmdSn) throws IOException {
        long tag = Integer.toUnsignedLong(referenced);
        TaskManagementOutcome outcome =
                quiescing.quiesce(() -> nexus.manage(TaskManagement.ABORT_TASK, lun, tag));
        if (outcome == TaskManagementOutcome.TASK_NOT_FOUND && window.abort(refCmdSn)) {
            // Not come yet, on another connection: ignored when it does (RFC 7143 11.6.1).
            return TaskManagementPdu.RESPONSE_COMPLETE;
        }
        return response(outcome);
    }

    private int manage(TaskManagement function, long lun) throws IOException {
        return response(quiescing.quiesce(() -> nexus.manage(function, lun, 0)));
    }

    private int reset(TargetReset kind) throws IOException {
        quiescing.quiesce(() -> {
            target.reset(kind);
            return kind;
        });
        return TaskManagementPdu.RESPONSE_COMPLETE;
    }

    private static int response(TaskManagementOutcome outcome) {
        return switch (outcome) {
            case COMPLETE -> TaskManagementPdu.RESPONSE_COMPLETE;
            case TASK_NOT_FOUND -> TaskManagementPdu.RESPONSE_NO_TASK;
            case LUN_NOT_FOUND -> TaskManagementPdu.RESPONSE_NO_LUN;
            case NOT_SUPPORTED -> TaskManagementPdu.RESPONSE_NOT_SUPPORTED;
        };
    }
}

package dev.weir.blockio.iscsi;

import java.nio.ByteBuffer;

/**
 * Reads a Task Management Function Request (RFC 7143 11.5) where it lies in a buffer.
 *
 * <pre>
 *  0   1            8     16    20             24      28          32       48
 *  |   | 1 FUNCTION | LUN | ITT | referenced T | CmdSN | ExpStatSN | RefCmdSN ...
 * </pre>
 */
final class TaskManagementPdu {
    private TaskManagementPdu() {}

    // RFC 7143 11.5.1
    static final int ABORT_TASK = 1;
    static final int ABORT_TASK_SET = 2;
    static final int CLEAR_ACA = 3;
    static final int CLEAR_TASK_SET = 4;
    static final int LOGICAL_UNIT_RESET = 5;
    static final int TARGET_WARM_RESET = 6;
    static final int TARGET_COLD_RESET = 7;
    static final int TASK_REASSIGN = 8;

    // RFC 7143 11.6.1
    static final int RESPONSE_COMPLETE = 0;
    static final int RESPONSE_NO_TASK = 1;
    static final int RESPONSE_NO_LUN = 2;
    static final int RESPONSE_REASSIGN_NOT_SUPPORTED = 4;
    static final int RESPONSE_NOT_SUPPORTED = 5;

    private static final int FUNCTION_MASK = 0x7f;
    private static final int REFERENCED_TAG_OFFSET = 20;
    private static final int REF_CMD_SN_OFFSET = 32;

    static int function(ByteBuffer buffer, int at) {
        return Bhs.flags(buffer, at) & FUNCTION_MASK;
    }

    static int referencedTaskTag(ByteBuffer buffer, int at) {
        return buffer.getInt(at + REFERENCED_TAG_OFFSET);
    }

    static int refCmdSn(ByteBuffer buffer, int at) {
        return buffer.getInt(at + REF_CMD_SN_OFFSET);
    }
}

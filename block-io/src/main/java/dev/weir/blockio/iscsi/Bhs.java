package dev.weir.blockio.iscsi;

import java.nio.ByteBuffer;

/**
 * Reads what the basic header segments of all requests share (RFC 7143 11.2.1), where they lie in a
 * buffer.
 *
 * <pre>
 *  0        1       4           5            8     16    20               24      28          32    48
 *  | opcode | flags | AHS words | data bytes | LUN | ITT | TTT or others  | CmdSN | ExpStatSN | ... |
 * </pre>
 *
 * All fields are big-endian.
 */
final class Bhs {
    private Bhs() {}

    static final int BYTES = 48;

    /** Data segments are filled up to whole words (RFC 7143 11.1). */
    static final int WORD_BYTES = 4;

    static final int DIGEST_BYTES = 4;

    /** Most that one PDU can carry besides its data: additional headers and digests. */
    static final int MAX_OVERHEAD_BYTES = BYTES + 255 * WORD_BYTES + 2 * DIGEST_BYTES;

    /** Initiator and target task tags, and SNACK tags, that stand for none (RFC 7143 11.2.1.8). */
    static final int NO_TAG = 0xffffffff;

    static final int FINAL_FLAG = 0x80;
    static final int CONTINUE_FLAG = 0x40;

    static final int FLAGS_OFFSET = 1;
    static final int LENGTHS_OFFSET = 4;
    static final int LUN_OFFSET = 8;
    static final int ITT_OFFSET = 16;
    static final int TTT_OFFSET = 20;
    private static final int CMD_SN_OFFSET = 24;
    private static final int EXP_STAT_SN_OFFSET = 28;

    private static final int OPCODE_MASK = 0x3f;
    private static final int IMMEDIATE_FLAG = 0x40;
    private static final int DATA_BYTES_MASK = 0xff_ffff;

    static int opcode(ByteBuffer buffer, int at) {
        return buffer.get(at) & OPCODE_MASK;
    }

    static boolean immediate(ByteBuffer buffer, int at) {
        return (buffer.get(at) & IMMEDIATE_FLAG) != 0;
    }

    static int flags(ByteBuffer buffer, int at) {
        return Byte.toUnsignedInt(buffer.get(at + FLAGS_OFFSET));
    }

    static boolean isFinal(ByteBuffer buffer, int at) {
        return (flags(buffer, at) & FINAL_FLAG) != 0;
    }

    static int ahsBytes(ByteBuffer buffer, int at) {
        return Byte.toUnsignedInt(buffer.get(at + LENGTHS_OFFSET)) * WORD_BYTES;
    }

    /** Without padding. */
    static int dataBytes(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTHS_OFFSET) & DATA_BYTES_MASK;
    }

    static long lun(ByteBuffer buffer, int at) {
        return buffer.getLong(at + LUN_OFFSET);
    }

    static int initiatorTaskTag(ByteBuffer buffer, int at) {
        return buffer.getInt(at + ITT_OFFSET);
    }

    static int targetTransferTag(ByteBuffer buffer, int at) {
        return buffer.getInt(at + TTT_OFFSET);
    }

    static int cmdSn(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CMD_SN_OFFSET);
    }

    static int expStatSn(ByteBuffer buffer, int at) {
        return buffer.getInt(at + EXP_STAT_SN_OFFSET);
    }

    static int padded(int bytes) {
        return (bytes + WORD_BYTES - 1) & -WORD_BYTES;
    }
}

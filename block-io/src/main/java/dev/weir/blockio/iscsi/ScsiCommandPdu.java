package dev.weir.blockio.iscsi;

import dev.weir.blockio.scsi.TaskAttribute;
import java.nio.ByteBuffer;

/**
 * Reads a SCSI Command (RFC 7143 11.3) where it lies in a buffer.
 *
 * <pre>
 *  0   1               8     16    20                  24      28          32   48
 *  |   | F R W 00 ATTR | LUN | ITT | expected transfer | CmdSN | ExpStatSN | CDB | AHS ...
 *
 * additional header segment (RFC 7143 11.2.2)
 *  0        2      3
 *  | length | type | specific, filled up to words
 * </pre>
 */
final class ScsiCommandPdu {
    private ScsiCommandPdu() {}

    static final int CDB_OFFSET = 32;
    static final int CDB_BYTES = 16;

    /** 16 in the header, and the rest in an additional header (RFC 7143 11.2.2.3). */
    static final int MAX_CDB_BYTES = 260;

    private static final int READ_FLAG = 0x40;
    private static final int WRITE_FLAG = 0x20;
    private static final int ATTRIBUTE_MASK = 0x07;
    private static final int TRANSFER_OFFSET = 20;

    private static final int AHS_HEADER_BYTES = 3;
    private static final int AHS_TYPE_OFFSET = 2;
    private static final int AHS_EXTENDED_CDB = 1;

    /** The specific part of an extended CDB begins with a reserved byte. */
    private static final int AHS_CDB_OFFSET = 4;

    static boolean reads(ByteBuffer buffer, int at) {
        return (Bhs.flags(buffer, at) & READ_FLAG) != 0;
    }

    static boolean writes(ByteBuffer buffer, int at) {
        return (Bhs.flags(buffer, at) & WRITE_FLAG) != 0;
    }

    static TaskAttribute attribute(ByteBuffer buffer, int at) {
        return switch (Bhs.flags(buffer, at) & ATTRIBUTE_MASK) {
            case 1 -> TaskAttribute.SIMPLE;
            case 2 -> TaskAttribute.ORDERED;
            case 3 -> TaskAttribute.HEAD_OF_QUEUE;
            case 4 -> TaskAttribute.ACA;
            default -> TaskAttribute.UNTAGGED;
        };
    }

    /** Bytes that the initiator expects to move; unsigned on the wire. */
    static long expectedTransferBytes(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at + TRANSFER_OFFSET));
    }

    /**
     * Copies the CDB, with what an additional header adds to it, and leaves it between position and
     * limit of {@code cdb}, which holds {@link #MAX_CDB_BYTES}.
     *
     * @return whether the additional headers can be understood
     */
    static boolean copyCdb(ByteBuffer buffer, int at, ByteBuffer cdb) {
        cdb.clear().put(0, buffer, at + CDB_OFFSET, CDB_BYTES).limit(CDB_BYTES);
        int ahs = at + Bhs.BYTES;
        int end = ahs + Bhs.ahsBytes(buffer, at);
        while (ahs < end) {
            int length = Short.toUnsignedInt(buffer.getShort(ahs));
            int next = ahs + Bhs.padded(AHS_HEADER_BYTES + length);
            if (next > end) {
                return false;
            }
            if (buffer.get(ahs + AHS_TYPE_OFFSET) == AHS_EXTENDED_CDB
                    && !append(buffer, ahs + AHS_CDB_OFFSET, length - 1, cdb)) {
                return false;
            }
            ahs = next;
        }
        return true;
    }

    private static boolean append(ByteBuffer buffer, int at, int bytes, ByteBuffer cdb) {
        int known = cdb.limit();
        if (bytes <= 0 || known != CDB_BYTES || bytes > MAX_CDB_BYTES - CDB_BYTES) {
            return false;
        }
        cdb.limit(known + bytes).put(known, buffer, at, bytes);
        return true;
    }
}

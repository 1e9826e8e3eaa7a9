package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/**
 * Writes sense data.
 *
 * <pre>
 * fixed (SPC-4 4.5.3)                      descriptor (SPC-4 4.5.2)
 *  0  VALID | 70h                           0  72h
 *  2  sense key                             1  sense key
 *  3  INFORMATION (4)                       2  ASC, ASCQ
 *  7  0ah                                   7  length of what follows
 * 12  ASC, ASCQ                             8  descriptors: information 00h (12 bytes),
 * 15  SKSV | C/D, field pointer (3)            sense key specific 02h (8 bytes)
 * </pre>
 */
final class SenseCodec {
    private SenseCodec() {}

    static final int UNIT_ATTENTION = 0x6;
    static final int ABORTED_COMMAND = 0xb;

    /** Room for the longest sense data written here. */
    static final int MAX_BYTES = 32;

    static final int FIXED_BYTES = 18;

    private static final int SKSV = 0x80;
    private static final int IN_CDB = 0x40;

    /** Appends the sense data. */
    static void write(ByteBuffer to, CheckCondition condition, boolean descriptors) {
        if (descriptors) {
            writeDescriptors(to, condition);
        } else {
            writeFixed(to, condition);
        }
    }

    private static void writeFixed(ByteBuffer to, CheckCondition condition) {
        long information = condition.information();
        // A value of more than 32 bits does not fit, and is then left out (SPC-4 4.5.3).
        boolean valid = information != CheckCondition.NONE && information >>> 32 == 0;
        to.put((byte) (valid ? 0xf0 : 0x70)).put((byte) 0).put((byte) condition.key());
        to.putInt(valid ? (int) information : 0);
        to.put((byte) (FIXED_BYTES - 8)).putInt(0);
        to.put((byte) condition.asc()).put((byte) condition.ascq()).put((byte) 0);
        writeFieldPointer(to, condition);
    }

    private static void writeDescriptors(ByteBuffer to, CheckCondition condition) {
        int start = to.position();
        to.put((byte) 0x72).put((byte) condition.key());
        to.put((byte) condition.asc()).put((byte) condition.ascq());
        to.putInt(0);
        if (condition.information() != CheckCondition.NONE) {
            to.put((byte) 0x00).put((byte) 0x0a).put((byte) 0x80).put((byte) 0);
            to.putLong(condition.information());
        }
        if (condition.field() != CheckCondition.NONE) {
            to.put((byte) 0x02).put((byte) 0x06).putShort((short) 0);
            writeFieldPointer(to, condition);
            to.put((byte) 0);
        }
        to.put(start + 7, (byte) (to.position() - start - 8));
    }

    private static void writeFieldPointer(ByteBuffer to, CheckCondition condition) {
        if (condition.field() == CheckCondition.NONE) {
            to.put((byte) 0).putShort((short) 0);
        } else {
            to.put((byte) (SKSV | (condition.fieldInCdb() ? IN_CDB : 0)));
            to.putShort((short) condition.field());
        }
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/**
 * Reads the common fields of command descriptor blocks where they lie (SPC-4 4.3). The buffer is
 * zero behind a short CDB, so that every offset below {@link #MAX_BYTES} may be read.
 *
 * <pre>
 *  bytes   LBA       length   control   group code (opcode bits 7-5)
 *   6      1* - 3    4        5         0          (* 5 bits of byte 1)
 *  10      2 - 5     7 - 8    9         1, 2
 *  12      2 - 5     6 - 9    11        5
 *  16      2 - 9    10 - 13   15        4
 * </pre>
 */
final class Cdb {
    private Cdb() {}

    static final int MIN_BYTES = 16;

    /** Longest variable length CDB (SPC-4 4.3.3). */
    static final int MAX_BYTES = 260;

    static final int NACA = 0x04;

    static int u8(ByteBuffer cdb, int at) {
        return Byte.toUnsignedInt(cdb.get(at));
    }

    static int u16(ByteBuffer cdb, int at) {
        return Short.toUnsignedInt(cdb.getShort(at));
    }

    static int u24(ByteBuffer cdb, int at) {
        return u8(cdb, at) << 16 | u16(cdb, at + 1);
    }

    static long u32(ByteBuffer cdb, int at) {
        return Integer.toUnsignedLong(cdb.getInt(at));
    }

    static boolean bit(ByteBuffer cdb, int at, int mask) {
        return (cdb.get(at) & mask) != 0;
    }

    static int opcode(ByteBuffer cdb) {
        return u8(cdb, 0);
    }

    static int serviceAction(ByteBuffer cdb) {
        return cdb.get(1) & 0x1f;
    }

    /** Bytes in a CDB with this operation code; 0 where that is not fixed (SPC-4 4.2.5.1). */
    static int bytes(int opcode) {
        return switch (opcode >> 5) {
            case 0 -> 6;
            case 1, 2 -> 10;
            case 4 -> 16;
            case 5 -> 12;
            default -> 0;
        };
    }

    static int control(ByteBuffer cdb) {
        int bytes = bytes(opcode(cdb));
        return bytes == 0 ? 0 : u8(cdb, bytes - 1);
    }

    /** The logical block address; unsigned, so negative where 2^63 or more was meant. */
    static long lba(ByteBuffer cdb) {
        return switch (bytes(opcode(cdb))) {
            case 6 -> u24(cdb, 1) & 0x1f_ffff;
            case 16 -> cdb.getLong(2);
            default -> u32(cdb, 2);
        };
    }

    /** The transfer, verification or parameter list length in its usual place. */
    static long length(ByteBuffer cdb) {
        return switch (bytes(opcode(cdb))) {
            case 6 -> u8(cdb, 4);
            case 12 -> u32(cdb, 6);
            case 16 -> u32(cdb, 10);
            default -> u16(cdb, 7);
        };
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/** The blocks that a CDB names, checked. */
final class BlockRange {
    private BlockRange() {}

    private static final int PROTECT = 0xe0;
    private static final int FUA = 0x08;

    /** Takes LBA and length from their usual places. */
    static void take(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        command.lba = Cdb.lba(cdb);
        command.blocks = Cdb.length(cdb);
        check(command);
    }

    /** The range must lie within the medium (SBC-3 4.5: 05/21/00 otherwise). */
    static void check(Command command) throws CheckCondition {
        check(command.unit().medium(), command.lba, command.blocks);
    }

    static void check(Medium medium, long lba, long blocks) throws CheckCondition {
        long capacity = medium.blocks();
        if (lba < 0 || lba > capacity || blocks < 0 || blocks > capacity - lba) {
            long first = lba < 0 || lba > capacity ? lba : capacity;
            throw CheckCondition.withInformation(Sense.LBA_OUT_OF_RANGE, first);
        }
    }

    /** What one command may move is bounded (VPD page B0h, MAXIMUM TRANSFER LENGTH). */
    static void checkTransfer(Command command) throws CheckCondition {
        long bytes = command.unit().medium().toBytes(command.blocks);
        if (bytes > ScsiLimits.MAX_TRANSFER_BYTES) {
            throw CheckCondition.invalidCdb(lengthField(command.cdb()));
        }
    }

    /** RDPROTECT, WRPROTECT, VRPROTECT, ORPROTECT: there is no protection information. */
    static void checkProtection(Command command) throws CheckCondition {
        if (Cdb.bit(command.cdb(), 1, PROTECT)) {
            throw CheckCondition.invalidCdb(1);
        }
    }

    static boolean fua(Command command) {
        return Cdb.bit(command.cdb(), 1, FUA);
    }

    static int lengthField(ByteBuffer cdb) {
        return switch (Cdb.bytes(Cdb.opcode(cdb))) {
            case 6 -> 4;
            case 12 -> 6;
            case 16 -> 10;
            default -> 7;
        };
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/** READ CAPACITY (SBC-3 5.12, 5.13): how many blocks of what size. */
final class Capacity {
    private Capacity() {}

    private static final int PMI = 0x01;
    private static final int LBPME_LBPRZ = 0xc000;
    private static final int MAX_PHYSICAL_BLOCK_BYTES = 4096;
    private static final long MAX_LBA_10 = 0xffff_ffffL;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "25 00 00 00 00 00 00 00 00 00",
                        Access.STATUS,
                        Capacity::prepare10,
                        Capacity::run10),
                Operation.ofAction(
                        "9e 10 00 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                        Access.STATUS,
                        Capacity::prepare16,
                        Capacity::run16));
    }

    private static void prepare10(Command command) throws CheckCondition {
        // PMI and an LBA are obsolete since SBC-3; nobody may expect that they are obeyed.
        if (Cdb.bit(command.cdb(), 8, PMI)) {
            throw CheckCondition.invalidCdb(8);
        }
        if (Cdb.lba(command.cdb()) != 0) {
            throw CheckCondition.invalidCdb(2);
        }
        command.allocate(8);
    }

    private static void run10(Command command) {
        Medium medium = command.unit().medium();
        ByteBuffer answer = ByteBuffer.allocate(8);
        answer.putInt((int) Math.min(lastBlock(medium), MAX_LBA_10));
        answer.putInt(medium.blockBytes());
        command.respond(answer);
    }

    private static void prepare16(Command command) throws CheckCondition {
        if (Cdb.bit(command.cdb(), 14, PMI)) {
            throw CheckCondition.invalidCdb(14);
        }
        if (Cdb.lba(command.cdb()) != 0) {
            throw CheckCondition.invalidCdb(2);
        }
        command.allocate(Cdb.u32(command.cdb(), 10));
    }

    private static void run16(Command command) {
        LogicalUnit unit = command.unit();
        ByteBuffer answer = ByteBuffer.allocate(32);
        answer.putLong(lastBlock(unit.medium()));
        answer.putInt(unit.medium().blockBytes());
        answer.put((byte) 0); // no protection information
        answer.put((byte) physicalBlockExponent(unit));
        answer.putShort((short) (unit.config().thin() ? LBPME_LBPRZ : 0));
        command.respond(answer.position(answer.capacity()));
    }

    /** There is no way to say that there is none. */
    private static long lastBlock(Medium medium) {
        return Math.max(0, medium.blocks() - 1);
    }

    /** LOGICAL BLOCKS PER PHYSICAL BLOCK EXPONENT; page-sized at most, as disks are. */
    private static int physicalBlockExponent(LogicalUnit unit) {
        int physical = Math.min(unit.untornBytes(), MAX_PHYSICAL_BLOCK_BYTES);
        int logical = unit.medium().blockBytes();
        return Integer.numberOfTrailingZeros(Math.max(1, physical / logical));
    }
}

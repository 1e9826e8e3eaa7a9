package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/** MODE SENSE (6) and (10) (SPC-4 6.13, 6.14, 7.5.4). */
final class ModeSense {
    private ModeSense() {}

    private static final int DBD = 0x08;
    private static final int LLBAA = 0x10;
    private static final int SAVED = 3;

    // Device-specific parameter (SBC-3 6.4.1)
    private static final int WRITE_PROTECTED = 0x80;
    private static final int DPOFUA = 0x10;

    private static final int MAX_BYTES = 256;

    /**
     * Classed with the reads, although SPC-4 classes it with the writes: an initiator that cannot
     * learn that there is a write cache would not flush it.
     */
    static List<Operation> operations() {
        return List.of(
                Operation.of("1a 08 ff ff ff 00", Access.READ, ModeSense::prepare, ModeSense::run),
                Operation.of(
                        "5a 18 ff ff 00 00 00 ff ff 00",
                        Access.READ,
                        ModeSense::prepare,
                        ModeSense::run));
    }

    private static void prepare(Command command) throws CheckCondition {
        if (Cdb.u8(command.cdb(), 2) >> 6 == SAVED) {
            throw CheckCondition.of(Sense.SAVING_PARAMETERS_NOT_SUPPORTED);
        }
        command.allocate(Cdb.length(command.cdb()));
    }

    private static void run(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        boolean six = Cdb.bytes(Cdb.opcode(cdb)) == 6;
        boolean longLba = !six && Cdb.bit(cdb, 1, LLBAA);
        LogicalUnit unit = command.unit();
        ByteBuffer answer = ByteBuffer.allocate(MAX_BYTES);
        int descriptor = Cdb.bit(cdb, 1, DBD) ? 0 : longLba ? 16 : 8;
        int flags = (unit.refusesChanges() ? WRITE_PROTECTED : 0) | DPOFUA;
        if (six) {
            answer.putShort((short) 0).put((byte) flags).put((byte) descriptor);
        } else {
            answer.putShort((short) 0).put((byte) 0).put((byte) flags);
            answer.put((byte) (longLba ? 1 : 0)).put((byte) 0).putShort((short) descriptor);
        }
        blockDescriptor(answer, descriptor, unit.medium());
        ModePages.Control control =
                switch (Cdb.u8(cdb, 2) >> 6) {
                    case 1 -> ModePages.Control.CHANGEABLE;
                    case 2 -> ModePages.Control.DEFAULT;
                    default -> ModePages.Control.CURRENT;
                };
        if (!unit.modes().write(answer, cdb.get(2) & 0x3f, Cdb.u8(cdb, 3), control)) {
            throw CheckCondition.invalidCdb(2);
        }
        if (six) {
            answer.put(0, (byte) (answer.position() - 1));
        } else {
            answer.putShort(0, (short) (answer.position() - 2));
        }
        command.respond(answer);
    }

    /** SBC-3 6.4.2.2, 6.4.2.3. */
    private static void blockDescriptor(ByteBuffer answer, int bytes, Medium medium) {
        if (bytes == 8) {
            answer.putInt((int) Math.min(medium.blocks(), 0xffff_ffffL));
            answer.putInt(medium.blockBytes());
        } else if (bytes == 16) {
            answer.putLong(medium.blocks()).putInt(0).putInt(medium.blockBytes());
        }
    }
}

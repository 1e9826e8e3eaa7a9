package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/** MODE SELECT (6) and (10) (SPC-4 6.11, 6.12): all of a list is taken, or nothing. */
final class ModeSelect {
    private ModeSelect() {}

    private static final int PF = 0x10;
    private static final int SP = 0x01;
    private static final int SUBPAGE_FORMAT = 0x40;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "15 11 00 00 ff 00", Access.WRITE, ModeSelect::prepare, ModeSelect::run),
                Operation.of(
                        "55 11 00 00 00 00 00 ff ff 00",
                        Access.WRITE,
                        ModeSelect::prepare,
                        ModeSelect::run));
    }

    private static void prepare(Command command) throws CheckCondition {
        // Nothing can be saved, and pages without page format are vendor-specific.
        if (Cdb.bit(command.cdb(), 1, SP) || !Cdb.bit(command.cdb(), 1, PF)) {
            throw CheckCondition.invalidCdb(1);
        }
        command.expectOut(Cdb.length(command.cdb()));
    }

    private static void run(Command command) throws CheckCondition {
        if (command.outBytes() == 0) {
            return;
        }
        ByteBuffer list = command.parameters();
        boolean six = Cdb.bytes(Cdb.opcode(command.cdb())) == 6;
        int header = six ? 4 : 8;
        require(list.limit() >= header);
        int descriptor = six ? Byte.toUnsignedInt(list.get(3)) : list.getShort(6) & 0xffff;
        require(list.limit() >= header + descriptor);
        checkBlockDescriptor(list, header, descriptor, command.unit().medium());
        LogicalUnit unit = command.unit();
        ModeValues changed = unit.modes().values();
        for (int at = header + descriptor; at < list.limit(); ) {
            require(list.limit() - at >= 2);
            boolean subpage = (list.get(at) & SUBPAGE_FORMAT) != 0;
            require(!subpage || list.limit() - at >= 4);
            int bytes =
                    subpage
                            ? 4 + (list.getShort(at + 2) & 0xffff)
                            : 2 + Byte.toUnsignedInt(list.get(at + 1));
            require(list.limit() - at >= bytes);
            changed = changed(unit.modes(), list, at, bytes, changed);
            at += bytes;
        }
        if (!changed.equals(unit.modes().values())) {
            unit.modes().change(changed);
            unit.raiseForOthers(command.itl(), UnitAttention.MODE_PARAMETERS_CHANGED);
        }
    }

    private static void require(boolean complete) throws CheckCondition {
        if (!complete) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
    }

    /** The size of the medium and of its blocks can be repeated, not changed. */
    private static void checkBlockDescriptor(ByteBuffer list, int at, int bytes, Medium medium)
            throws CheckCondition {
        switch (bytes) {
            case 0 -> {}
            case 8 -> {
                long blocks = Integer.toUnsignedLong(list.getInt(at));
                long now = Math.min(medium.blocks(), 0xffff_ffffL);
                int block = list.getInt(at + 4) & 0xff_ffff;
                if ((blocks != 0 && blocks != now) || block != medium.blockBytes()) {
                    throw CheckCondition.invalidParameter(at);
                }
            }
            case 16 -> {
                long blocks = list.getLong(at);
                if ((blocks != 0 && blocks != medium.blocks())
                        || list.getInt(at + 12) != medium.blockBytes()) {
                    throw CheckCondition.invalidParameter(at);
                }
            }
            default -> throw CheckCondition.invalidParameter(at);
        }
    }

    /** Bits that cannot be changed must be as they are. */
    private static ModeValues changed(
            ModePages modes, ByteBuffer list, int at, int bytes, ModeValues before)
            throws CheckCondition {
        int code = list.get(at) & 0x3f;
        int subpage =
                (list.get(at) & SUBPAGE_FORMAT) == 0 ? 0 : Byte.toUnsignedInt(list.get(at + 1));
        ByteBuffer current = ByteBuffer.allocate(64);
        ByteBuffer mask = ByteBuffer.allocate(64);
        boolean known =
                code != ModePages.ALL_PAGES
                        && subpage != ModePages.ALL_SUBPAGES
                        && modes.write(current, code, subpage, ModePages.Control.CURRENT)
                        && modes.write(mask, code, subpage, ModePages.Control.CHANGEABLE);
        if (!known || current.position() != bytes) {
            throw CheckCondition.invalidParameter(at);
        }
        for (int offset = subpage == 0 ? 2 : 4; offset < bytes; offset++) {
            int differing = list.get(at + offset) ^ current.get(offset);
            if ((differing & ~mask.get(offset)) != 0) {
                throw CheckCondition.invalidParameter(at + offset);
            }
        }
        return switch (code) {
            case ModePages.CACHING ->
                    new ModeValues(
                            Cdb.bit(list, at + ModePages.WCE_BYTE, ModePages.WCE),
                            before.descriptorSense(),
                            before.writeProtect(),
                            before.tellAborted());
            case ModePages.CONTROL ->
                    subpage != 0
                            ? before
                            : new ModeValues(
                                    before.writeCache(),
                                    Cdb.bit(list, at + ModePages.D_SENSE_BYTE, ModePages.D_SENSE),
                                    Cdb.bit(list, at + ModePages.SWP_BYTE, ModePages.SWP),
                                    Cdb.bit(list, at + ModePages.TAS_BYTE, ModePages.TAS));
            default -> before;
        };
    }
}

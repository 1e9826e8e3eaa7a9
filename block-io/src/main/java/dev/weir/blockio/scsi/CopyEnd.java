package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A logical unit that is copied from or to, and under which conditions: the command is not aborted,
 * the unit is still there, and no reservation forbids it. All of that is asked again at every step.
 *
 * <p>It is named by an identification descriptor (SPC-4 6.4.5.2):
 *
 * <pre>
 *  0  E4h                     7  designator length (at most 20)
 *  4  code set                8  designator
 *  5  association, type      29  block length (3)
 * </pre>
 */
final class CopyEnd implements Medium.Admission {
    static final int DESCRIPTOR_BYTES = 32;

    private static final int IDENTIFICATION = 0xe4;
    private static final int MAX_DESIGNATOR_BYTES = 20;

    private final Command command;
    private final ItlNexus path;
    private final Access access;

    private CopyEnd(Command command, ItlNexus path, Access access) {
        this.command = command;
        this.path = path;
        this.access = access;
    }

    static void checkType(ByteBuffer list, int at) throws CheckCondition {
        if (Byte.toUnsignedInt(list.get(at)) != IDENTIFICATION) {
            throw CheckCondition.of(Sense.UNSUPPORTED_CSCD_DESCRIPTOR_TYPE);
        }
        if (Byte.toUnsignedInt(list.get(at + 7)) > MAX_DESIGNATOR_BYTES) {
            throw CheckCondition.invalidParameter(at + 7);
        }
    }

    /** Finds the logical unit among those that the command's own initiator sees. */
    static CopyEnd find(Command command, ByteBuffer list, int at, Access access)
            throws CommandTermination {
        int codeSet = list.get(at + 4) & 0x0f;
        int association = list.get(at + 5) >> 4 & 0x3;
        int type = list.get(at + 5) & 0x0f;
        byte[] designator = new byte[Byte.toUnsignedInt(list.get(at + 7))];
        list.get(at + 8, designator);
        for (ItlNexus path : command.nexus().paths()) {
            if (association == 0 && names(path.unit(), codeSet, type, designator)) {
                int blockBytes = Cdb.u24(list, at + 29);
                if (blockBytes != 0 && blockBytes != path.unit().medium().blockBytes()) {
                    throw CheckCondition.invalidParameter(at + 29);
                }
                return new CopyEnd(command, path, access);
            }
        }
        throw CheckCondition.of(Sense.COPY_TARGET_NOT_REACHABLE);
    }

    private static boolean names(LogicalUnit unit, int codeSet, int type, byte[] designator) {
        ByteBuffer own = ByteBuffer.allocate(VitalProductData.MAX_BYTES);
        if (codeSet == Designators.BINARY && type == Designators.TYPE_NAA) {
            Designators.naa(own, unit.config());
        } else if (codeSet == Designators.ASCII && type == Designators.TYPE_T10_VENDOR_ID) {
            Designators.vendorId(own, unit.config());
        }
        return own.position() > 0
                && Arrays.equals(Arrays.copyOf(own.array(), own.position()), designator);
    }

    Medium medium() {
        return path.unit().medium();
    }

    @Override
    public void requireCurrent() throws CommandTermination {
        command.requireCurrent();
        if (path.isClosed()) {
            throw CheckCondition.of(Sense.COPY_TARGET_NOT_REACHABLE);
        }
        try {
            path.unit().reservations().check(access, path);
        } catch (ReservationConflict _) {
            // The status is for the unit that got the command; an end reports by sense.
            throw CheckCondition.of(Sense.COPY_SEGMENT_FAILED);
        }
    }

    void checkRange(long lba, long bytes) throws CheckCondition {
        Medium medium = medium();
        long capacity = medium.blocks();
        if (lba < 0 || lba > capacity || medium.toBlocks(bytes) > capacity - lba) {
            throw CheckCondition.of(Sense.COPY_ABORTED);
        }
    }

    boolean writesThrough() {
        return path.unit().modes().writesThrough();
    }

    void requireWritable() throws CheckCondition {
        path.unit().requireWritable();
    }
}

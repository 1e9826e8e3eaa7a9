package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.ZeroMode;
import java.nio.ByteBuffer;
import java.util.List;

/** UNMAP and GET LBA STATUS (SBC-3 5.4, 5.27): which blocks hold space. */
final class Provisioning {
    private Provisioning() {}

    private static final int ANCHOR = 0x01;
    private static final int HEADER_BYTES = 8;
    private static final int DESCRIPTOR_BYTES = 16;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                                "42 00 00 00 00 00 00 ff ff 00",
                                Access.WRITE,
                                Provisioning::prepareUnmap,
                                Provisioning::unmap)
                        .onlyOn(unit -> unit.config().thin()),
                Operation.ofAction(
                        "9e 12 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                        Access.READ,
                        Provisioning::prepareStatus,
                        Provisioning::status));
    }

    private static void prepareUnmap(Command command) throws CheckCondition {
        // There are no anchored blocks (VPD page B2h, ANC_SUP).
        if (Cdb.bit(command.cdb(), 1, ANCHOR)) {
            throw CheckCondition.invalidCdb(1);
        }
        command.unit().requireWritable();
        command.fua = command.unit().modes().writesThrough();
        command.expectOut(Cdb.length(command.cdb()));
        command.mayBlock();
    }

    private static void unmap(Command command) throws CommandTermination, StorageException {
        ByteBuffer list = command.parameters();
        if (command.outBytes() == 0) {
            return;
        }
        if (list.limit() < HEADER_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        int announced = Short.toUnsignedInt(list.getShort(2)) / DESCRIPTOR_BYTES;
        int present = (list.limit() - HEADER_BYTES) / DESCRIPTOR_BYTES;
        if (announced > present) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        checkExtents(command.unit().medium(), list, announced);
        for (int index = 0; index < announced; index++) {
            int at = HEADER_BYTES + index * DESCRIPTOR_BYTES;
            deallocate(command, list.getLong(at), Integer.toUnsignedLong(list.getInt(at + 8)));
        }
    }

    /** All or nothing: a list with one bad extent changes no block. */
    private static void checkExtents(Medium medium, ByteBuffer list, int count)
            throws CheckCondition {
        if (count > ScsiLimits.MAX_UNMAP_DESCRIPTORS) {
            throw CheckCondition.invalidParameter(2);
        }
        long total = 0;
        for (int index = 0; index < count; index++) {
            int at = HEADER_BYTES + index * DESCRIPTOR_BYTES;
            long blocks = Integer.toUnsignedLong(list.getInt(at + 8));
            BlockRange.check(medium, list.getLong(at), blocks);
            total += blocks;
            if (total > medium.toBlocks(ScsiLimits.MAX_UNMAP_BYTES)) {
                throw CheckCondition.invalidParameter(at + 8);
            }
        }
    }

    /** Zeroing that may trim, and not trimming: LBPRZ promises zeros, a trim need not give them. */
    static void deallocate(Command command, long lba, long blocks)
            throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        zero(command, medium.toBytes(lba), medium.toBytes(blocks), ZeroMode.MAY_TRIM);
    }

    /** In steps, between which other commands run and an abort is noticed. */
    static void zero(Command command, long offset, long length, ZeroMode mode)
            throws CommandTermination, StorageException {
        for (long done = 0; done < length; ) {
            long at = offset + done;
            long step = Math.min(length - done, ScsiLimits.ZERO_STEP_BYTES);
            command.unit()
                    .medium()
                    .shared(command, device -> device.zero(at, step, mode, command.fua));
            done += step;
        }
    }

    private static void prepareStatus(Command command) throws CheckCondition {
        command.lba = Cdb.lba(command.cdb());
        long capacity = command.unit().medium().blocks();
        if (command.lba < 0 || command.lba >= capacity) {
            throw CheckCondition.withInformation(Sense.LBA_OUT_OF_RANGE, command.lba);
        }
        command.allocate(Cdb.u32(command.cdb(), 10));
        command.mayBlock();
    }

    private static void status(Command command) throws CommandTermination, StorageException {
        command.requireCurrent();
        Medium medium = command.unit().medium();
        int room = (int) Math.min(command.inLimit(), Command.MAX_RESPONSE_BYTES);
        LbaStatusList list = new LbaStatusList(medium, command.lba, room);
        long offset = medium.toBytes(command.lba);
        medium.device().blockStatus(offset, medium.toBytes(medium.blocks()) - offset, list);
        command.respond(list.finish());
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.util.List;

/** READ and WRITE (SBC-3 5.9-5.11, 5.33-5.36): the hot path, which allocates nothing. */
final class Transfers {
    private Transfers() {}

    private static final int BLOCKS_OF_ZERO = 256;

    static List<Operation> operations() {
        return List.of(
                read("08 1f ff ff ff 00"),
                read("28 18 ff ff ff ff 00 ff ff 00"),
                read("a8 18 ff ff ff ff ff ff ff ff 00 00"),
                read("88 18 ff ff ff ff ff ff ff ff ff ff ff ff 00 00"),
                write("0a 1f ff ff ff 00"),
                write("2a 18 ff ff ff ff 00 ff ff 00"),
                write("aa 18 ff ff ff ff ff ff ff ff 00 00"),
                write("8a 18 ff ff ff ff ff ff ff ff ff ff ff ff 00 00"));
    }

    private static Operation read(String usage) {
        return Operation.of(usage, Access.READ, Transfers::prepareRead, Transfers::read);
    }

    private static Operation write(String usage) {
        return Operation.of(usage, Access.WRITE, Transfers::prepareWrite, Transfers::write);
    }

    private static void prepareRead(Command command) throws CheckCondition {
        range(command);
        long bytes = command.unit().medium().toBytes(command.blocks);
        command.expectIn(bytes);
        if (bytes >= ScsiLimits.LARGE_TRANSFER_BYTES) {
            command.mayBlock();
        }
    }

    /**
     * FUA needs nothing here: what a write returned for is what every read sees, and a crash of
     * this process does not lose it.
     */
    private static void read(Command command) throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        long bytes = medium.toBytes(command.blocks);
        int stored = (int) Math.min(bytes, command.inCapacity());
        if (stored > 0) {
            long offset = medium.toBytes(command.lba);
            medium.read(command, offset, command.in(), command.inOffset(), stored);
        }
        command.returned(bytes, stored);
    }

    private static void prepareWrite(Command command) throws CheckCondition {
        range(command);
        LogicalUnit unit = command.unit();
        unit.requireWritable();
        command.fua |= unit.modes().writesThrough();
        long bytes = unit.medium().toBytes(command.blocks);
        command.expectOut(bytes);
        if (command.fua || bytes >= ScsiLimits.LARGE_TRANSFER_BYTES) {
            command.mayBlock();
        }
    }

    /** Of an incomplete transfer the whole blocks are written, as if the CDB had named those. */
    static void write(Command command) throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        long length = medium.toBytes(medium.toBlocks(command.outLength()));
        if (length > 0) {
            long offset = medium.toBytes(command.lba);
            medium.write(command, offset, command.out(), command.outOffset(), length, command.fua);
        }
    }

    private static void range(Command command) throws CheckCondition {
        boolean six = Cdb.bytes(Cdb.opcode(command.cdb())) == 6;
        if (!six) {
            BlockRange.checkProtection(command);
            command.fua = BlockRange.fua(command);
        }
        command.lba = Cdb.lba(command.cdb());
        long length = Cdb.length(command.cdb());
        command.blocks = six && length == 0 ? BLOCKS_OF_ZERO : length;
        BlockRange.check(command);
        BlockRange.checkTransfer(command);
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Commands that no other command to the same logical unit may come between: COMPARE AND WRITE
 * (SBC-3 5.2), which clusters build their locks on, ORWRITE (16) (SBC-3 5.6) and WRITE ATOMIC (16)
 * (SBC-4 5.48).
 */
final class AtomicCommands {
    private AtomicCommands() {}

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "89 18 ff ff ff ff ff ff ff ff 00 00 00 ff 00 00",
                        Access.WRITE,
                        AtomicCommands::prepareCompareAndWrite,
                        AtomicCommands::compareAndWrite),
                Operation.of(
                        "8b 18 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                        Access.WRITE,
                        AtomicCommands::prepareOrWrite,
                        AtomicCommands::orWrite),
                Operation.of(
                                "9c 18 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                                Access.WRITE,
                                AtomicCommands::prepareWriteAtomic,
                                AtomicCommands::writeAtomic)
                        .onlyOn(unit -> unit.maxAtomicBlocks() > 0));
    }

    private static void prepareCompareAndWrite(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        BlockRange.checkProtection(command);
        command.lba = Cdb.lba(cdb);
        command.blocks = Cdb.u8(cdb, 13);
        if (command.blocks > ScsiLimits.MAX_COMPARE_BLOCKS) {
            throw CheckCondition.invalidCdb(13);
        }
        BlockRange.check(command);
        // Initiator and CDB disagree on how much is compared: no lock may be taken on that.
        if (!command.offersExactly(command.unit().medium().toBytes(2 * command.blocks))) {
            throw CheckCondition.invalidCdb(13);
        }
        prepareChange(command, 2 * command.blocks);
    }

    private static void compareAndWrite(Command command)
            throws CommandTermination, StorageException {
        command.requireOut(command.outBytes());
        Medium medium = command.unit().medium();
        int length = (int) medium.toBytes(command.blocks);
        long offset = medium.toBytes(command.lba);
        IoBuffer scratch = command.unit().scratch().acquire(length);
        try {
            OffHeapMemory read = scratch.memory();
            medium.alone(
                    command,
                    device -> {
                        device.read(offset, read, 0, length);
                        int differs =
                                Comparison.firstDifference(
                                        read, 0, command.out(), command.outOffset(), length);
                        if (differs >= 0) {
                            throw CheckCondition.withInformation(Sense.MISCOMPARE, differs);
                        }
                        device.write(
                                offset,
                                command.out(),
                                command.outOffset() + length,
                                length,
                                command.fua);
                    });
        } finally {
            command.unit().scratch().release(scratch);
        }
    }

    private static void prepareOrWrite(Command command) throws CheckCondition {
        BlockRange.checkProtection(command);
        BlockRange.take(command);
        BlockRange.checkTransfer(command);
        prepareChange(command, command.blocks);
    }

    private static void orWrite(Command command) throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        long bytes = medium.toBytes(medium.toBlocks(command.outLength()));
        long offset = medium.toBytes(command.lba);
        IoBuffer scratch = command.unit().scratch().acquire(LogicalUnit.SCRATCH_BYTES);
        try {
            OffHeapMemory merged = scratch.memory();
            medium.alone(
                    command,
                    device -> {
                        for (long done = 0; done < bytes; ) {
                            int length = (int) Math.min(bytes - done, LogicalUnit.SCRATCH_BYTES);
                            device.read(offset + done, merged, 0, length);
                            or(merged, command.out(), command.outOffset() + done, length);
                            device.write(offset + done, merged, 0, length, command.fua);
                            done += length;
                        }
                    });
        } finally {
            command.unit().scratch().release(scratch);
        }
    }

    /** Whole blocks, so whole longs. */
    private static void or(OffHeapMemory into, OffHeapMemory from, long fromOffset, int length) {
        for (int at = 0; at < length; at += Long.BYTES) {
            into.setLong(at, into.getLong(at) | from.getLong(fromOffset + at));
        }
    }

    private static void prepareWriteAtomic(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        BlockRange.checkProtection(command);
        command.lba = Cdb.lba(cdb);
        command.blocks = Cdb.u16(cdb, 12);
        BlockRange.check(command);
        if (cdb.getShort(10) != 0) {
            throw CheckCondition.invalidCdb(10);
        }
        if (command.blocks > command.unit().maxAtomicBlocks()) {
            throw CheckCondition.invalidCdb(12);
        }
        prepareChange(command, command.blocks);
    }

    private static void writeAtomic(Command command) throws CommandTermination, StorageException {
        command.requireOut(command.outBytes());
        Medium medium = command.unit().medium();
        long offset = medium.toBytes(command.lba);
        medium.alone(
                command,
                device ->
                        device.write(
                                offset,
                                command.out(),
                                command.outOffset(),
                                command.outLength(),
                                command.fua));
    }

    private static void prepareChange(Command command, long outBlocks) throws CheckCondition {
        command.unit().requireWritable();
        command.fua = BlockRange.fua(command) || command.unit().modes().writesThrough();
        command.expectOut(command.unit().medium().toBytes(outBlocks));
        command.mayBlock();
    }
}

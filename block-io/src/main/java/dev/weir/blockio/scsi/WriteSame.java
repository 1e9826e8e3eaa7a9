package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;
import java.util.List;

/** WRITE SAME (SBC-3 5.43, 5.44): one block, or zeros, over a range. */
final class WriteSame {
    private WriteSame() {}

    private static final int ANCHOR = 0x10;
    private static final int UNMAP = 0x08;

    /** No data-out buffer: zeros are meant; only in WRITE SAME (16). */
    private static final int NDOB = 0x01;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "41 08 ff ff ff ff 00 ff ff 00",
                        Access.WRITE,
                        WriteSame::prepare,
                        WriteSame::run),
                Operation.of(
                        "93 09 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                        Access.WRITE,
                        WriteSame::prepare,
                        WriteSame::run));
    }

    private static void prepare(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        LogicalUnit unit = command.unit();
        BlockRange.checkProtection(command);
        boolean unmaps = Cdb.bit(cdb, 1, UNMAP);
        if (Cdb.bit(cdb, 1, ANCHOR) || (unmaps && !unit.config().thin())) {
            throw CheckCondition.invalidCdb(1);
        }
        boolean ten = Cdb.bytes(Cdb.opcode(cdb)) == 10;
        if (ten && Cdb.bit(cdb, 1, NDOB)) {
            throw CheckCondition.invalidCdb(1);
        }
        BlockRange.take(command);
        // Zero blocks would mean all up to the end: too much for what is mostly a mistake (WSNZ).
        if (command.blocks == 0 || command.blocks > ScsiLimits.MAX_WRITE_SAME_BLOCKS) {
            throw CheckCondition.invalidCdb(BlockRange.lengthField(cdb));
        }
        unit.requireWritable();
        command.fua = unit.modes().writesThrough();
        int outBytes = Cdb.bit(cdb, 1, NDOB) ? 0 : unit.medium().blockBytes();
        // An initiator that has another block size in mind must not fill a range.
        if (!command.offersExactly(outBytes)) {
            throw CheckCondition.invalidCdb(1);
        }
        command.expectOut(outBytes);
        command.mayBlock();
    }

    private static void run(Command command) throws CommandTermination, StorageException {
        command.requireOut(command.outBytes());
        boolean zeros =
                command.outBytes() == 0
                        || command.out().isZero(command.outOffset(), command.outLength());
        if (!zeros) {
            repeat(command);
        } else if (Cdb.bit(command.cdb(), 1, UNMAP)) {
            Provisioning.deallocate(command, command.lba, command.blocks);
        } else {
            // Without UNMAP the blocks are to be mapped afterwards (SBC-3 5.44).
            Medium medium = command.unit().medium();
            Provisioning.zero(
                    command,
                    medium.toBytes(command.lba),
                    medium.toBytes(command.blocks),
                    ZeroMode.ALLOCATE);
        }
    }

    private static void repeat(Command command) throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        int block = medium.blockBytes();
        long offset = medium.toBytes(command.lba);
        long bytes = medium.toBytes(command.blocks);
        IoBuffer scratch = command.unit().scratch().acquire(LogicalUnit.SCRATCH_BYTES);
        try {
            OffHeapMemory pattern = scratch.memory();
            int filled = (int) Math.min(bytes, LogicalUnit.SCRATCH_BYTES);
            for (int at = 0; at < filled; at += block) {
                command.out().copyTo(command.outOffset(), pattern, at, block);
            }
            for (long done = 0; done < bytes; done += filled) {
                long length = Math.min(bytes - done, filled);
                medium.write(command, offset + done, pattern, 0, length, command.fua);
            }
        } finally {
            command.unit().scratch().release(scratch);
        }
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.List;

/** VERIFY and WRITE AND VERIFY (SBC-3 5.28-5.31, 5.37-5.40): reads, and really compares. */
final class Verification {
    private Verification() {}

    // BYTCHK (SBC-3 5.28, table 86)
    private static final int CHECK_MEDIUM = 0b00;
    private static final int COMPARE_ALL = 0b01;
    private static final int COMPARE_ONE_BLOCK = 0b11;

    static List<Operation> operations() {
        return List.of(
                verify("2f 16 ff ff ff ff 00 ff ff 00"),
                verify("af 16 ff ff ff ff ff ff ff ff 00 00"),
                verify("8f 16 ff ff ff ff ff ff ff ff ff ff ff ff 00 00"),
                writeAndVerify("2e 16 ff ff ff ff 00 ff ff 00"),
                writeAndVerify("ae 16 ff ff ff ff ff ff ff ff 00 00"),
                writeAndVerify("8e 16 ff ff ff ff ff ff ff ff ff ff ff ff 00 00"));
    }

    private static Operation verify(String usage) {
        return Operation.of(usage, Access.READ, Verification::prepare, Verification::run);
    }

    private static Operation writeAndVerify(String usage) {
        return Operation.of(
                usage, Access.WRITE, Verification::prepareWrite, Verification::runWrite);
    }

    private static int byteCheck(Command command) {
        return (command.cdb().get(1) >> 1) & 0b11;
    }

    private static void prepare(Command command) throws CheckCondition {
        BlockRange.checkProtection(command);
        BlockRange.take(command);
        Medium medium = command.unit().medium();
        switch (byteCheck(command)) {
            case CHECK_MEDIUM -> {}
            case COMPARE_ALL -> {
                BlockRange.checkTransfer(command);
                command.expectOut(medium.toBytes(command.blocks));
            }
            case COMPARE_ONE_BLOCK ->
                    command.expectOut(command.blocks == 0 ? 0 : medium.blockBytes());
            default -> throw CheckCondition.invalidCdb(1);
        }
        command.mayBlock();
    }

    private static void run(Command command) throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        long bytes = medium.toBytes(command.blocks);
        int period =
                switch (byteCheck(command)) {
                    case COMPARE_ALL -> {
                        long whole = medium.toBytes(medium.toBlocks(command.outLength()));
                        bytes = Math.min(bytes, whole);
                        yield (int) bytes;
                    }
                    case COMPARE_ONE_BLOCK -> {
                        command.requireOut(command.outBytes());
                        yield medium.blockBytes();
                    }
                    default -> 0;
                };
        check(command, bytes, period);
    }

    private static void prepareWrite(Command command) throws CheckCondition {
        BlockRange.checkProtection(command);
        BlockRange.take(command);
        BlockRange.checkTransfer(command);
        int check = byteCheck(command);
        if (check != CHECK_MEDIUM && check != COMPARE_ALL) {
            throw CheckCondition.invalidCdb(1);
        }
        command.unit().requireWritable();
        // What is verified has to be on the medium.
        command.fua = true;
        command.expectOut(command.unit().medium().toBytes(command.blocks));
        command.mayBlock();
    }

    private static void runWrite(Command command) throws CommandTermination, StorageException {
        Transfers.write(command);
        Medium medium = command.unit().medium();
        long bytes = medium.toBytes(medium.toBlocks(command.outLength()));
        check(command, bytes, byteCheck(command) == COMPARE_ALL ? (int) bytes : 0);
    }

    /**
     * Reads the range, and compares it with the initiator's data.
     *
     * @param period after how many bytes that data starts again; 0 compares nothing
     */
    private static void check(Command command, long bytes, int period)
            throws CommandTermination, StorageException {
        Medium medium = command.unit().medium();
        long start = medium.toBytes(command.lba);
        IoBuffer scratch = command.unit().scratch().acquire(LogicalUnit.SCRATCH_BYTES);
        try {
            OffHeapMemory read = scratch.memory();
            for (long done = 0; done < bytes; ) {
                int length = (int) Math.min(bytes - done, LogicalUnit.SCRATCH_BYTES);
                medium.read(command, start + done, read, 0, length);
                for (int at = 0; period > 0 && at < length; ) {
                    long from = (done + at) % period;
                    int piece = (int) Math.min(length - at, period - from);
                    int differs =
                            Comparison.firstDifference(
                                    read, at, command.out(), command.outOffset() + from, piece);
                    if (differs >= 0) {
                        throw CheckCondition.withInformation(Sense.MISCOMPARE, done + at + differs);
                    }
                    at += piece;
                }
                done += length;
            }
        } finally {
            command.unit().scratch().release(scratch);
        }
    }
}

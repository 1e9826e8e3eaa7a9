package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.function.Predicate;

/**
 * A command that logical units implement. Dispatch, reservation checks and REPORT SUPPORTED
 * OPERATION CODES all follow from it.
 *
 * @param usage the CDB usage data (SPC-4 6.35.3): operation code, then the bits that are evaluated
 * @param serviceAction which of several commands with the same operation code, or {@link
 *     #NO_ACTION}
 * @param anyLun also answered for logical units that do not exist, and despite unit attentions
 *     (SAM-5 4.7.5, 5.14.1)
 * @param offered by which logical units
 */
record Operation(
        ByteBuffer usage,
        int serviceAction,
        Access access,
        boolean anyLun,
        Predicate<LogicalUnit> offered,
        Preparation preparation,
        Execution execution) {

    static final int NO_ACTION = -1;

    /** Checks the CDB and says what data moves. Runs on the thread that received the command. */
    @FunctionalInterface
    interface Preparation {
        void prepare(Command command) throws CommandTermination;
    }

    /** Does it; may wait for storage. */
    @FunctionalInterface
    interface Execution {
        void run(Command command) throws CommandTermination, StorageException;
    }

    /** A command known by its operation code alone. */
    static Operation of(String usage, Access access, Preparation preparation, Execution execution) {
        return new Operation(
                ByteBuffer.wrap(HexFormat.ofDelimiter(" ").parseHex(usage)).asReadOnlyBuffer(),
                NO_ACTION,
                access,
                false,
                _ -> true,
                preparation,
                execution);
    }

    /** A command known by operation code and service action; the usage shows both. */
    static Operation ofAction(
            String usage, Access access, Preparation preparation, Execution execution) {
        Operation plain = of(usage, access, preparation, execution);
        return new Operation(
                plain.usage,
                plain.usage.get(1) & 0x1f,
                access,
                false,
                plain.offered,
                preparation,
                execution);
    }

    Operation onAnyLun() {
        return new Operation(usage, serviceAction, access, true, offered, preparation, execution);
    }

    /** Not every logical unit offers it. */
    Operation onlyOn(Predicate<LogicalUnit> offering) {
        return new Operation(
                usage, serviceAction, access, anyLun, offering, preparation, execution);
    }

    boolean isOfferedBy(LogicalUnit unit) {
        return offered.test(unit);
    }

    int opcode() {
        return Byte.toUnsignedInt(usage.get(0));
    }

    boolean hasServiceAction() {
        return serviceAction != NO_ACTION;
    }

    int cdbBytes() {
        return usage.capacity();
    }
}

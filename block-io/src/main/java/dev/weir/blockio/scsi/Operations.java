package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All commands there are, found by operation code and service action. Immutable. */
final class Operations {
    private static final int OPCODES = 256;
    private static final int ACTIONS = 32;

    private static final Operations ALL =
            new Operations(
                    Stream.of(
                                    PrimaryCommands.operations(),
                                    Inquiry.operations(),
                                    Capacity.operations(),
                                    Transfers.operations(),
                                    Verification.operations(),
                                    AtomicCommands.operations(),
                                    CacheCommands.operations(),
                                    Provisioning.operations(),
                                    WriteSame.operations(),
                                    UnitControl.operations(),
                                    OperationReports.operations(),
                                    PortGroups.operations(),
                                    ModeSense.operations(),
                                    ModeSelect.operations(),
                                    LogSense.operations(),
                                    LegacyReservations.operations(),
                                    PersistentReserveIn.operations(),
                                    PersistentReserveOut.operations(),
                                    CopyManager.operations(),
                                    CopyResults.operations())
                            .flatMap(List::stream)
                            .toList());

    private final List<Operation> list;
    private final @Nullable Operation[] byOpcode = new Operation[OPCODES];
    private final @Nullable Operation[][] byAction = new Operation[OPCODES][];

    private Operations(List<Operation> operations) {
        List<Operation> sorted = new ArrayList<>(operations);
        sorted.sort(
                Comparator.comparingInt(Operation::opcode)
                        .thenComparingInt(Operation::serviceAction));
        list = List.copyOf(sorted);
        list.forEach(this::enter);
    }

    static Operations all() {
        return ALL;
    }

    /** In the order of their operation codes. */
    List<Operation> list() {
        return list;
    }

    /** The command that a CDB means. */
    Operation find(ByteBuffer cdb) throws CheckCondition {
        int opcode = Cdb.opcode(cdb);
        Operation operation = byOpcode[opcode];
        if (operation != null) {
            return operation;
        }
        @Nullable Operation[] actions = byAction[opcode];
        if (actions == null) {
            throw CheckCondition.of(Sense.INVALID_OPERATION_CODE);
        }
        operation = actions[Cdb.serviceAction(cdb)];
        if (operation == null) {
            throw CheckCondition.invalidCdb(1);
        }
        return operation;
    }

    /** Whether the command is answered for logical units that do not exist. */
    boolean answersAnyLun(int opcode) {
        Operation operation = byOpcode[opcode];
        return operation != null && operation.anyLun();
    }

    boolean hasServiceActions(int opcode) {
        return byAction[opcode] != null;
    }

    private void enter(Operation operation) {
        int opcode = operation.opcode();
        if (!operation.hasServiceAction()) {
            if (byOpcode[opcode] != null || byAction[opcode] != null) {
                throw new IllegalStateException("operation code " + opcode + " twice");
            }
            byOpcode[opcode] = operation;
            return;
        }
        @Nullable Operation[] actions = byAction[opcode];
        if (actions == null) {
            actions = new Operation[ACTIONS];
            byAction[opcode] = actions;
        }
        if (actions[operation.serviceAction()] != null || byOpcode[opcode] != null) {
            throw new IllegalStateException("operation code " + opcode + " twice");
        }
        actions[operation.serviceAction()] = operation;
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * REPORT SUPPORTED OPERATION CODES and REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-4 6.35,
 * 6.36), from the same table that commands are dispatched by.
 */
final class OperationReports {
    private OperationReports() {}

    private static final int RCTD = 0x80;
    private static final int REPD = 0x80;

    private static final int SUPPORTED = 0b011;
    private static final int NOT_SUPPORTED = 0b001;
    private static final int ONE_CTDP = 0x80;
    private static final int ALL_CTDP = 0x02;
    private static final int SERVACTV = 0x01;

    private static final int TIMEOUTS_BYTES = 12;

    /** What an initiator should wait before it gives up: a worker may be busy with a long flush. */
    private static final int RECOMMENDED_SECONDS = 60;

    /** ATS, ATSS, CTSS, LURS, QTS; and TRS for the target resets. */
    private static final int FUNCTIONS = 0x80 | 0x40 | 0x10 | 0x08 | 0x04 | 0x02;

    static List<Operation> operations() {
        return List.of(
                Operation.ofAction(
                        "a3 0c 87 ff ff ff ff ff ff ff 00 00",
                        Access.STATUS,
                        command -> command.allocate(Cdb.u32(command.cdb(), 6)),
                        OperationReports::operationCodes),
                Operation.ofAction(
                        "a3 0d 80 00 00 00 ff ff ff ff 00 00",
                        Access.STATUS,
                        OperationReports::prepareFunctions,
                        OperationReports::functions));
    }

    private static void operationCodes(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        boolean timeouts = Cdb.bit(cdb, 2, RCTD);
        int opcode = Cdb.u8(cdb, 3);
        int action = Cdb.u16(cdb, 4);
        boolean actions = Operations.all().hasServiceActions(opcode);
        LogicalUnit unit = command.unit();
        ByteBuffer answer =
                switch (cdb.get(2) & 0x07) {
                    case 0b000 -> everything(unit, timeouts);
                    case 0b001 -> {
                        if (actions) {
                            throw CheckCondition.invalidCdb(2);
                        }
                        yield one(find(unit, opcode, Operation.NO_ACTION), timeouts);
                    }
                    case 0b010 -> {
                        if (!actions) {
                            throw CheckCondition.invalidCdb(2);
                        }
                        yield one(find(unit, opcode, action), timeouts);
                    }
                    case 0b011 ->
                            one(
                                    find(unit, opcode, actions ? action : Operation.NO_ACTION),
                                    timeouts);
                    default -> throw CheckCondition.invalidCdb(2);
                };
        command.respond(answer);
    }

    private static @Nullable Operation find(LogicalUnit unit, int opcode, int action) {
        for (Operation operation : Operations.all().list()) {
            if (operation.opcode() == opcode
                    && operation.serviceAction() == action
                    && operation.isOfferedBy(unit)) {
                return operation;
            }
        }
        return null;
    }

    private static ByteBuffer everything(LogicalUnit unit, boolean timeouts) {
        List<Operation> all =
                Operations.all().list().stream()
                        .filter(operation -> operation.isOfferedBy(unit))
                        .toList();
        int each = 8 + (timeouts ? TIMEOUTS_BYTES : 0);
        ByteBuffer answer = ByteBuffer.allocate(4 + all.size() * each);
        answer.putInt(all.size() * each);
        for (Operation operation : all) {
            boolean actions = operation.hasServiceAction();
            answer.put((byte) operation.opcode()).put((byte) 0);
            answer.putShort((short) (actions ? operation.serviceAction() : 0)).put((byte) 0);
            answer.put((byte) ((timeouts ? ALL_CTDP : 0) | (actions ? SERVACTV : 0)));
            answer.putShort((short) operation.cdbBytes());
            putTimeouts(answer, timeouts);
        }
        return answer;
    }

    private static ByteBuffer one(@Nullable Operation operation, boolean timeouts) {
        if (operation == null) {
            return ByteBuffer.allocate(4)
                    .put((byte) 0)
                    .put((byte) NOT_SUPPORTED)
                    .putShort((short) 0);
        }
        int bytes = operation.cdbBytes();
        ByteBuffer answer = ByteBuffer.allocate(4 + bytes + TIMEOUTS_BYTES);
        answer.put((byte) 0).put((byte) (SUPPORTED | (timeouts ? ONE_CTDP : 0)));
        answer.putShort((short) bytes).put(operation.usage().duplicate());
        putTimeouts(answer, timeouts);
        return answer;
    }

    private static void putTimeouts(ByteBuffer answer, boolean wanted) {
        if (wanted) {
            answer.putShort((short) (TIMEOUTS_BYTES - 2)).putShort((short) 0);
            answer.putInt(0).putInt(RECOMMENDED_SECONDS);
        }
    }

    private static void prepareFunctions(Command command) throws CheckCondition {
        long allocation = Cdb.u32(command.cdb(), 6);
        if (allocation < 4) {
            throw CheckCondition.invalidCdb(6);
        }
        command.allocate(allocation);
    }

    private static void functions(Command command) {
        boolean extended = Cdb.bit(command.cdb(), 2, REPD);
        ByteBuffer answer = ByteBuffer.allocate(extended ? 16 : 4);
        answer.put((byte) FUNCTIONS).put((byte) 0).put((byte) 0);
        answer.put((byte) (extended ? 12 : 0));
        command.respond(answer.position(answer.capacity()));
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/** What is checked before every command, in the order that SAM-5 5.14 and SPC-4 5.13.1 ask for. */
final class Dispatch {
    private Dispatch() {}

    static void prepare(Command command, TaskAttribute attribute) throws CommandTermination {
        ByteBuffer cdb = command.cdb();
        Operations operations = Operations.all();
        if (!operations.answersAnyLun(Cdb.opcode(cdb))) {
            requireUnit(command);
        }
        Operation operation = operations.find(cdb);
        if (command.hasUnit() && !operation.isOfferedBy(command.unit())) {
            throw CheckCondition.of(Sense.INVALID_OPERATION_CODE);
        }
        requireNoAca(cdb, attribute);
        command.mean(operation);
        if (command.hasUnit()) {
            command.unit().reservations().check(operation.access(), command.itl());
        }
        operation.preparation().prepare(command);
    }

    private static void requireUnit(Command command) throws CheckCondition {
        if (!command.hasUnit()) {
            throw CheckCondition.of(Sense.LOGICAL_UNIT_NOT_SUPPORTED);
        }
        UnitAttention attention = command.itl().take();
        if (attention != null) {
            throw CheckCondition.of(attention);
        }
    }

    /** Auto contingent allegiance is not supported, and NORMACA in INQUIRY says so (SAM-5 5.9). */
    private static void requireNoAca(ByteBuffer cdb, TaskAttribute attribute)
            throws CheckCondition {
        if ((Cdb.control(cdb) & Cdb.NACA) != 0 || attribute == TaskAttribute.ACA) {
            throw CheckCondition.invalidCdb(Cdb.bytes(Cdb.opcode(cdb)) - 1);
        }
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** PERSISTENT RESERVE IN (SPC-4 6.15): who is registered, and who holds what. */
final class PersistentReserveIn {
    private PersistentReserveIn() {}

    private static final int HEADER_BYTES = 8;
    private static final int STATUS_BYTES = 24;
    private static final int R_HOLDER = 0x01;

    // REPORT CAPABILITIES (SPC-4 6.15.4)
    private static final int SIP_C = 0x08;
    private static final int ATP_C = 0x04;
    private static final int PTPL_C = 0x01;
    private static final int TMV = 0x80;
    private static final int PTPL_A = 0x01;

    /** WR_EX_AR, EX_AC_RO, WR_EX_RO, EX_AC, WR_EX; EX_AC_AR. */
    private static final int TYPES = 0xea01;

    static List<Operation> operations() {
        return List.of(
                action("5e 00", PersistentReserveIn::readKeys),
                action("5e 01", PersistentReserveIn::readReservation),
                action("5e 02", PersistentReserveIn::reportCapabilities),
                action("5e 03", PersistentReserveIn::readFullStatus));
    }

    private static Operation action(String start, Operation.Execution execution) {
        return Operation.ofAction(
                start + " 00 00 00 00 00 ff ff 00",
                Access.PERSISTENT,
                command -> command.allocate(Cdb.length(command.cdb())),
                execution);
    }

    private static ByteBuffer answer(Command command, int bytes) {
        ByteBuffer answer = ByteBuffer.allocate(HEADER_BYTES + bytes);
        answer.putInt(command.unit().reservations().registrationGeneration());
        return answer.putInt(bytes);
    }

    private static void readKeys(Command command) {
        PersistentState state = command.unit().reservations().persistent();
        ByteBuffer answer = answer(command, state.keys().size() * Long.BYTES);
        state.keys().values().forEach(answer::putLong);
        command.respond(answer);
    }

    private static void readReservation(Command command) {
        PersistentState state = command.unit().reservations().persistent();
        PersistentState.Reservation held = state.reservation();
        ByteBuffer answer = answer(command, held == null ? 0 : 16);
        if (held != null) {
            Long key = held.type().heldByAll() ? Long.valueOf(0) : state.keys().get(held.holder());
            answer.putLong(key == null ? 0 : key).putInt(0);
            answer.put((byte) 0).put((byte) held.type().code()).putShort((short) 0);
        }
        command.respond(answer);
    }

    private static void reportCapabilities(Command command) {
        ByteBuffer answer = ByteBuffer.allocate(8);
        boolean kept = command.unit().reservations().persistent().aptpl();
        answer.putShort((short) 8).put((byte) (SIP_C | ATP_C | PTPL_C));
        answer.put((byte) (TMV | (kept ? PTPL_A : 0)));
        answer.putShort((short) TYPES).putShort((short) 0);
        command.respond(answer);
    }

    private static void readFullStatus(Command command) {
        PersistentState state = command.unit().reservations().persistent();
        PersistentState.Reservation held = state.reservation();
        int bytes = 0;
        for (Registrant registrant : state.keys().keySet()) {
            bytes += STATUS_BYTES + TransportId.bytes(registrant.initiator());
        }
        ByteBuffer answer = answer(command, bytes);
        for (Map.Entry<Registrant, Long> entry : state.keys().entrySet()) {
            Registrant registrant = entry.getKey();
            boolean holder = held != null && state.isHolder(registrant);
            answer.putLong(entry.getValue()).putInt(0);
            answer.put((byte) (holder ? R_HOLDER : 0));
            answer.put((byte) (held != null && holder ? held.type().code() : 0));
            answer.putInt(0).putShort((short) registrant.relativePort());
            answer.putInt(TransportId.bytes(registrant.initiator()));
            TransportId.write(answer, registrant.initiator());
        }
        command.respond(answer);
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** PERSISTENT RESERVE OUT (SPC-4 6.16): parses, and leaves the rules to {@link Registrations}. */
final class PersistentReserveOut {
    private PersistentReserveOut() {}

    private static final int BASIC_BYTES = 24;
    private static final int SPEC_I_PT = 0x08;
    private static final int ALL_TG_PT = 0x04;
    private static final int APTPL = 0x01;
    private static final int FLAGS_BYTE = 20;

    // REGISTER AND MOVE (SPC-4 6.16.4)
    private static final int MOVE_FLAGS_BYTE = 17;
    private static final int UNREG = 0x02;

    @FunctionalInterface
    private interface Action {
        void run(Command command, ByteBuffer list, Registrations registrations)
                throws CommandTermination, StorageException;
    }

    static List<Operation> operations() {
        return List.of(
                action(
                        "5f 00 00",
                        (command, list, registrations) ->
                                register(command, list, registrations, false)),
                action(
                        "5f 01 ff",
                        (command, list, registrations) ->
                                registrations.reserve(list.getLong(0), type(command))),
                action(
                        "5f 02 ff",
                        (command, list, registrations) ->
                                registrations.release(list.getLong(0), type(command))),
                action(
                        "5f 03 00",
                        (_, list, registrations) -> registrations.clear(list.getLong(0))),
                action(
                        "5f 04 ff",
                        (command, list, registrations) ->
                                registrations.preempt(
                                        list.getLong(0), list.getLong(8), type(command), false)),
                action(
                        "5f 05 ff",
                        (command, list, registrations) ->
                                registrations.preempt(
                                        list.getLong(0), list.getLong(8), type(command), true)),
                action(
                        "5f 06 00",
                        (command, list, registrations) ->
                                register(command, list, registrations, true)),
                action("5f 07 00", PersistentReserveOut::move));
    }

    private static Operation action(String start, Action action) {
        return Operation.ofAction(
                start + " 00 00 ff ff ff ff 00",
                Access.PERSISTENT,
                PersistentReserveOut::prepare,
                command -> run(command, action));
    }

    private static void prepare(Command command) throws CommandTermination {
        // RESERVE and persistent reservations exclude each other (SPC-2 5.5.1).
        if (command.unit().reservations().hasLegacyHolder()) {
            throw new ReservationConflict();
        }
        long length = Cdb.u32(command.cdb(), 5);
        if (length < BASIC_BYTES || length > Command.MAX_PARAMETER_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        command.expectOut(length);
        command.mayBlock();
    }

    private static void run(Command command, Action action)
            throws CommandTermination, StorageException {
        ByteBuffer list = command.parameters();
        if (list.limit() < command.outBytes()) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        boolean moves = command.operation().serviceAction() == 0x07;
        boolean specifies = (list.get(FLAGS_BYTE) & SPEC_I_PT) != 0;
        if (!moves && !specifies && list.limit() != BASIC_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        Reservations reservations = command.unit().reservations();
        Registrations registrations = new Registrations(command.itl());
        synchronized (reservations) {
            action.run(command, list, registrations);
        }
        // Outside the monitor: this waits for commands that look at the reservations.
        registrations.takeEffect();
    }

    /** Scope and type; only whole logical units can be reserved. */
    private static ReservationType type(Command command) throws CheckCondition {
        int scopeAndType = Cdb.u8(command.cdb(), 2);
        ReservationType type = ReservationType.of(scopeAndType & 0x0f);
        if (scopeAndType >> 4 != 0 || type == null) {
            throw CheckCondition.invalidCdb(2);
        }
        return type;
    }

    private static void register(
            Command command, ByteBuffer list, Registrations registrations, boolean ignoreKey)
            throws CommandTermination, StorageException {
        int flags = list.get(FLAGS_BYTE);
        TargetPort here = command.nexus().port();
        List<TargetPort> ports =
                (flags & ALL_TG_PT) != 0
                        ? command.nexus().target().config().ports()
                        : List.of(here);
        List<InitiatorPort> others = new ArrayList<>();
        if ((flags & SPEC_I_PT) != 0) {
            if (ignoreKey) {
                throw CheckCondition.invalidParameter(FLAGS_BYTE);
            }
            others = transportIds(list);
        }
        boolean aptpl = (flags & APTPL) != 0;
        long key = list.getLong(8);
        if (ignoreKey) {
            registrations.registerIgnoringKey(key, ports, aptpl);
        } else {
            registrations.register(list.getLong(0), key, ports, others, aptpl);
        }
    }

    private static List<InitiatorPort> transportIds(ByteBuffer list) throws CheckCondition {
        if (list.limit() < BASIC_BYTES + 4) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        long length = Integer.toUnsignedLong(list.getInt(BASIC_BYTES));
        if (length > list.limit() - BASIC_BYTES - 4) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        ByteBuffer ids = list.duplicate();
        ids.position(BASIC_BYTES + 4).limit(BASIC_BYTES + 4 + (int) length);
        List<InitiatorPort> ports = new ArrayList<>();
        while (ids.hasRemaining()) {
            ports.add(TransportId.read(ids));
        }
        return ports;
    }

    private static void move(Command command, ByteBuffer list, Registrations registrations)
            throws CommandTermination, StorageException {
        long length = Integer.toUnsignedLong(list.getInt(20));
        if (length != list.limit() - BASIC_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        int relative = Short.toUnsignedInt(list.getShort(18));
        TargetPort port = null;
        for (TargetPort some : command.nexus().target().config().ports()) {
            if (some.relativeId() == relative) {
                port = some;
            }
        }
        if (port == null) {
            throw CheckCondition.invalidParameter(18);
        }
        ByteBuffer id = list.duplicate().position(BASIC_BYTES);
        Registrant destination = Registrant.of(TransportId.read(id), port);
        int flags = list.get(MOVE_FLAGS_BYTE);
        registrations.move(
                list.getLong(0),
                list.getLong(8),
                destination,
                (flags & UNREG) != 0,
                (flags & APTPL) != 0);
    }
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/** RESERVE and RELEASE (SPC-2 7.16-7.18, 7.20, 7.21): of the whole unit, for oneself. */
final class LegacyReservations {
    private LegacyReservations() {}

    /** Third party, and (6 only) extent. */
    private static final int THIRD_PARTY_OR_EXTENT = 0x1f;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "16 00 00 00 00 00",
                        Access.LEGACY,
                        LegacyReservations::prepare,
                        command -> command.unit().reservations().reserve(command.itl())),
                Operation.of(
                        "17 00 00 00 00 00",
                        Access.LEGACY,
                        LegacyReservations::prepare,
                        command -> command.unit().reservations().release(command.itl())),
                Operation.of(
                        "56 00 00 00 00 00 00 00 00 00",
                        Access.LEGACY,
                        LegacyReservations::prepare,
                        command -> command.unit().reservations().reserve(command.itl())),
                Operation.of(
                        "57 00 00 00 00 00 00 00 00 00",
                        Access.LEGACY,
                        LegacyReservations::prepare,
                        command -> command.unit().reservations().release(command.itl())));
    }

    private static void prepare(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        if (Cdb.bit(cdb, 1, THIRD_PARTY_OR_EXTENT)) {
            throw CheckCondition.invalidCdb(1);
        }
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.util.List;

/** START STOP UNIT (SBC-3 5.20) and PREVENT ALLOW MEDIUM REMOVAL: of a disk that stays. */
final class UnitControl {
    private UnitControl() {}

    private static final int START = 0x01;
    private static final int LOEJ = 0x02;
    private static final int NO_FLUSH = 0x04;
    private static final int POWER_CONDITION = 0xf0;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "1b 01 00 00 f7 00",
                        Access.WRITE,
                        UnitControl::prepareStartStop,
                        UnitControl::startStop),
                Operation.of("1e 00 00 00 03 00", Access.STATUS, _ -> {}, _ -> {}));
    }

    private static void prepareStartStop(Command command) throws CheckCondition {
        if (Cdb.bit(command.cdb(), 4, LOEJ)) {
            throw CheckCondition.invalidCdb(4);
        }
        command.mayBlock();
    }

    /**
     * Stopping makes everything durable, and nothing more: the unit is shared, so one initiator
     * that shuts down must not stop it for the others.
     */
    private static void startStop(Command command) throws CommandTermination, StorageException {
        command.requireCurrent();
        boolean stops = !Cdb.bit(command.cdb(), 4, START | POWER_CONDITION);
        if (stops && !Cdb.bit(command.cdb(), 4, NO_FLUSH)) {
            command.unit().medium().device().flush();
        }
    }
}

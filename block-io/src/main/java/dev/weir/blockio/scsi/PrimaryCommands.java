package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What every logical unit answers: TEST UNIT READY, REQUEST SENSE, REPORT LUNS (SPC-4 6). */
final class PrimaryCommands {
    private PrimaryCommands() {}

    private static final int DESC = 0x01;
    private static final int MIN_LUN_LIST_BYTES = 16;
    private static final int LUN_BYTES = 8;

    static List<Operation> operations() {
        return List.of(
                Operation.of("00 00 00 00 00 00", Access.STATUS, _ -> {}, _ -> {}),
                Operation.of(
                                "03 01 00 00 ff 00",
                                Access.ALWAYS,
                                PrimaryCommands::prepareRequestSense,
                                PrimaryCommands::requestSense)
                        .onAnyLun(),
                Operation.of(
                                "a0 00 ff 00 00 00 ff ff ff ff 00 00",
                                Access.ALWAYS,
                                PrimaryCommands::prepareReportLuns,
                                PrimaryCommands::reportLuns)
                        .onAnyLun());
    }

    private static void prepareRequestSense(Command command) {
        command.allocate(Cdb.u8(command.cdb(), 4));
    }

    /** Pending unit attentions, as data (SPC-4 6.39). */
    private static void requestSense(Command command) {
        ByteBuffer answer = ByteBuffer.allocate(SenseCodec.MAX_BYTES);
        SenseCodec.write(answer, pending(command), Cdb.bit(command.cdb(), 1, DESC));
        command.respond(answer);
    }

    private static CheckCondition pending(Command command) {
        if (!command.hasUnit()) {
            return CheckCondition.of(Sense.LOGICAL_UNIT_NOT_SUPPORTED);
        }
        @Nullable UnitAttention attention = command.itl().take();
        return attention == null ? CheckCondition.of(Sense.NO_SENSE) : CheckCondition.of(attention);
    }

    private static void prepareReportLuns(Command command) throws CheckCondition {
        long allocation = Cdb.u32(command.cdb(), 6);
        if (allocation < MIN_LUN_LIST_BYTES) {
            throw CheckCondition.invalidCdb(6);
        }
        command.allocate(allocation);
    }

    /** SPC-4 6.33; there are no well known or administrative logical units. */
    private static void reportLuns(Command command) throws CheckCondition {
        List<ItlNexus> listed =
                switch (Cdb.u8(command.cdb(), 2)) {
                    case 0x00, 0x02 -> command.nexus().paths();
                    case 0x01, 0x10, 0x11 -> List.of();
                    // Subsidiary units of the one addressed; 10h-12h are of SPC-5.
                    case 0x12 -> command.hasUnit() ? List.of(command.itl()) : List.of();
                    default -> throw CheckCondition.invalidCdb(2);
                };
        ByteBuffer answer = ByteBuffer.allocate(LUN_BYTES * (listed.size() + 1));
        answer.putInt(LUN_BYTES * listed.size()).putInt(0);
        listed.forEach(path -> answer.putLong(LunAddress.encode(path.lun())));
        command.nexus().paths().forEach(path -> path.clear(UnitAttention.REPORTED_LUNS_CHANGED));
        command.respond(answer);
    }
}

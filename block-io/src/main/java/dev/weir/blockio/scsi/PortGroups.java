package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * REPORT TARGET PORT GROUPS (SPC-4 6.37): implicit asymmetric access with one group, through which
 * every logical unit is active and optimized.
 */
final class PortGroups {
    private PortGroups() {}

    private static final int EXTENDED_HEADER = 0b001;
    private static final int EXTENDED_FORMAT = 0x10;
    private static final int ACTIVE_OPTIMIZED = 0x0;
    private static final int AO_SUP = 0x01;

    /** As many as the one-byte count can say. */
    private static final int MAX_PORTS = 255;

    static List<Operation> operations() {
        return List.of(
                Operation.ofAction(
                        "a3 ea 00 00 00 00 ff ff ff ff 00 00",
                        Access.STATUS,
                        PortGroups::prepare,
                        PortGroups::run));
    }

    private static int format(Command command) {
        return Cdb.u8(command.cdb(), 1) >> 5;
    }

    private static void prepare(Command command) throws CheckCondition {
        if (format(command) > EXTENDED_HEADER) {
            throw CheckCondition.invalidCdb(1);
        }
        command.allocate(Cdb.u32(command.cdb(), 6));
    }

    private static void run(Command command) {
        ScsiTargetConfig config = command.nexus().target().config();
        List<TargetPort> ports = config.ports();
        int count = Math.min(ports.size(), MAX_PORTS);
        ByteBuffer answer = ByteBuffer.allocate(16 + 4 * count);
        answer.putInt(0);
        if (format(command) == EXTENDED_HEADER) {
            answer.put((byte) EXTENDED_FORMAT).put((byte) 0).putShort((short) 0);
        }
        answer.put((byte) ACTIVE_OPTIMIZED).put((byte) AO_SUP);
        answer.putShort((short) config.portGroup());
        answer.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) count);
        for (TargetPort port : ports.subList(0, count)) {
            answer.putInt(port.relativeId());
        }
        answer.putInt(0, answer.position() - 4);
        command.respond(answer);
    }
}

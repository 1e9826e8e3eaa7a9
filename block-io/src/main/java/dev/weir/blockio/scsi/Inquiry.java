package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** INQUIRY (SPC-4 6.6): who the logical unit is. */
final class Inquiry {
    private Inquiry() {}

    private static final int EVPD = 0x01;
    private static final int CMDDT = 0x02;

    private static final int STANDARD_BYTES = 96;

    /** No such logical unit, and no device type known (SPC-4 6.6.2). */
    private static final int NO_UNIT = 0x7f;

    private static final int SPC_4 = 0x06;
    private static final int HISUP = 0x10;
    private static final int RESPONSE_FORMAT = 0x02;
    private static final int IMPLICIT_ALUA = 0x10;
    private static final int THIRD_PARTY_COPY = 0x08;
    private static final int CMDQUE = 0x02;

    /** SAM-5, iSCSI, SPC-4, SBC-3: versions without a revision (SPC-4 6.6.2, table 179). */
    private static final short[] VERSIONS = {0x00a0, 0x0960, 0x0460, 0x04c0};

    private static final int VERSIONS_OFFSET = 58;

    static List<Operation> operations() {
        return List.of(
                Operation.of("12 01 ff ff ff 00", Access.ALWAYS, Inquiry::prepare, Inquiry::run)
                        .onAnyLun());
    }

    private static void prepare(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        if (Cdb.bit(cdb, 1, CMDDT)) {
            throw CheckCondition.invalidCdb(1);
        }
        if (!Cdb.bit(cdb, 1, EVPD) && cdb.get(2) != 0) {
            throw CheckCondition.invalidCdb(2);
        }
        command.allocate(Cdb.u16(cdb, 3));
    }

    private static void run(Command command) throws CheckCondition {
        ByteBuffer answer = ByteBuffer.allocate(VitalProductData.MAX_BYTES);
        if (!command.hasUnit()) {
            if (Cdb.bit(command.cdb(), 1, EVPD)) {
                throw CheckCondition.invalidCdb(1);
            }
            absent(answer);
        } else if (Cdb.bit(command.cdb(), 1, EVPD)) {
            VitalProductData.write(answer, Cdb.u8(command.cdb(), 2), command.itl());
        } else {
            standard(answer, command.unit().config());
        }
        command.respond(answer);
    }

    private static void absent(ByteBuffer answer) {
        answer.put((byte) NO_UNIT).put((byte) 0).put((byte) SPC_4).put((byte) RESPONSE_FORMAT);
        answer.put((byte) (36 - 5)).position(36);
    }

    private static void standard(ByteBuffer answer, LogicalUnitConfig config) {
        answer.put((byte) 0).put((byte) 0).put((byte) SPC_4);
        answer.put((byte) (HISUP | RESPONSE_FORMAT));
        answer.put((byte) (STANDARD_BYTES - 5));
        answer.put((byte) (IMPLICIT_ALUA | THIRD_PARTY_COPY)).put((byte) 0).put((byte) CMDQUE);
        putPadded(answer, config.vendor(), 8);
        putPadded(answer, config.product(), 16);
        putPadded(answer, config.revision(), 4);
        answer.position(VERSIONS_OFFSET);
        for (short version : VERSIONS) {
            answer.putShort(version);
        }
        answer.position(STANDARD_BYTES);
    }

    /** Left-aligned ASCII, filled up with spaces (SPC-4 4.4.1). */
    static void putPadded(ByteBuffer answer, String text, int bytes) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        answer.put(ascii);
        for (int at = ascii.length; at < bytes; at++) {
            answer.put((byte) ' ');
        }
    }
}

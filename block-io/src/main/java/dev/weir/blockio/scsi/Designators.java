package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The names of a logical unit, its target, and the port it is seen through (SPC-4 7.8.6): what
 * initiators recognise a disk by, whatever path leads to it.
 */
final class Designators {
    private Designators() {}

    // CODE SET, ASSOCIATION and DESIGNATOR TYPE (SPC-4 7.8.6.1)
    static final int BINARY = 0x1;
    static final int ASCII = 0x2;
    static final int UTF_8 = 0x3;
    private static final int OF_UNIT = 0x00;
    private static final int OF_PORT = 0x10;
    private static final int OF_TARGET = 0x20;
    static final int TYPE_T10_VENDOR_ID = 0x1;
    static final int TYPE_NAA = 0x3;
    private static final int TYPE_RELATIVE_PORT = 0x4;
    private static final int TYPE_PORT_GROUP = 0x5;
    private static final int TYPE_SCSI_NAME = 0x8;

    private static final int PIV = 0x80;
    private static final int ISCSI = 0x50;

    static void write(ByteBuffer answer, ItlNexus path) {
        LogicalUnitConfig config = path.unit().config();
        TargetPort port = path.nexus().port();
        int start = header(answer, BINARY, OF_UNIT | TYPE_NAA);
        naa(answer, config);
        finish(answer, start);
        start = header(answer, ASCII, OF_UNIT | TYPE_T10_VENDOR_ID);
        vendorId(answer, config);
        finish(answer, start);
        start = header(answer, BINARY | ISCSI, PIV | OF_PORT | TYPE_RELATIVE_PORT);
        answer.putInt(port.relativeId());
        finish(answer, start);
        start = header(answer, BINARY | ISCSI, PIV | OF_PORT | TYPE_PORT_GROUP);
        answer.putInt(path.nexus().target().config().portGroup());
        finish(answer, start);
        start = header(answer, UTF_8 | ISCSI, PIV | OF_PORT | TYPE_SCSI_NAME);
        scsiName(answer, port.scsiName());
        finish(answer, start);
        start = header(answer, UTF_8 | ISCSI, PIV | OF_TARGET | TYPE_SCSI_NAME);
        scsiName(answer, port.name());
        finish(answer, start);
    }

    static void naa(ByteBuffer answer, LogicalUnitConfig config) {
        answer.putLong(config.naa());
        if (config.naa() >>> 60 == 6) {
            answer.putLong(config.naaExtension());
        }
    }

    static void vendorId(ByteBuffer answer, LogicalUnitConfig config) {
        Inquiry.putPadded(answer, config.vendor(), 8);
        answer.put(config.serial().getBytes(StandardCharsets.US_ASCII));
    }

    /** Null-terminated, and filled up to a multiple of four bytes (SPC-4 7.8.6.11). */
    private static void scsiName(ByteBuffer answer, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        answer.put(utf8).put(new byte[4 - utf8.length % 4]);
    }

    private static int header(ByteBuffer answer, int protocolAndCodeSet, int typeAndAssociation) {
        int start = answer.position();
        answer.put((byte) protocolAndCodeSet).put((byte) typeAndAssociation).putShort((short) 0);
        return start;
    }

    private static void finish(ByteBuffer answer, int start) {
        answer.put(start + 3, (byte) (answer.position() - start - 4));
    }
}

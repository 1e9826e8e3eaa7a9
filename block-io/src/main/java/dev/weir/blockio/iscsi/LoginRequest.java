package dev.weir.blockio.iscsi;

import java.nio.ByteBuffer;

/**
 * A Login Request (RFC 7143 11.12), taken apart.
 *
 * <pre>
 *  0   1             2       3       8      14     16    20    24      28          32  48
 *  |   | T C CSG NSG | vmax  | vmin  | ISID | TSIH | ITT | CID | CmdSN | ExpStatSN |   | text
 * </pre>
 *
 * @param isid 48 bits
 * @param text the data segment: keys and values, or a part of them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LoginRequest(
        boolean transit,
        boolean continued,
        int currentStage,
        int nextStage,
        int versionMin,
        long isid,
        int tsih,
        int taskTag,
        int connectionId,
        int cmdSn,
        byte[] text) {

    static final int VERSION_OFFSET = 2;
    static final int ISID_OFFSET = 8;
    static final int TSIH_OFFSET = 14;

    /** Shifts of CSG and NSG in the flags. */
    static final int CURRENT_STAGE_SHIFT = 2;

    static final int STAGE_MASK = 3;

    private static final int VERSION_MIN_OFFSET = 3;
    private static final int CID_OFFSET = 20;
    private static final int ISID_SHIFT = 16;

    static LoginRequest read(ByteBuffer buffer, int at, byte[] text) {
        int flags = Bhs.flags(buffer, at);
        return new LoginRequest(
                (flags & Bhs.FINAL_FLAG) != 0,
                (flags & Bhs.CONTINUE_FLAG) != 0,
                flags >> CURRENT_STAGE_SHIFT & STAGE_MASK,
                flags & STAGE_MASK,
                Byte.toUnsignedInt(buffer.get(at + VERSION_MIN_OFFSET)),
                buffer.getLong(at + ISID_OFFSET) >>> ISID_SHIFT,
                Short.toUnsignedInt(buffer.getShort(at + TSIH_OFFSET)),
                Bhs.initiatorTaskTag(buffer, at),
                Short.toUnsignedInt(buffer.getShort(at + CID_OFFSET)),
                Bhs.cmdSn(buffer, at),
                text);
    }
}

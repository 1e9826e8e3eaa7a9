package dev.weir.blockio.iscsi;

import java.nio.ByteBuffer;

/**
 * Reads a Logout Request (RFC 7143 11.14) where it lies in a buffer.
 *
 * <pre>
 *  0   1          16    20    22   24      28          32
 *  |   | 1 REASON | ITT | CID |    | CmdSN | ExpStatSN | ...
 * </pre>
 */
final class LogoutPdu {
    private LogoutPdu() {}

    // RFC 7143 11.14.1
    static final int CLOSE_SESSION = 0;
    static final int CLOSE_CONNECTION = 1;
    static final int REMOVE_FOR_RECOVERY = 2;

    // RFC 7143 11.15.1
    static final int RESPONSE_CLOSED = 0;
    static final int RESPONSE_NO_CONNECTION = 1;
    static final int RESPONSE_NO_RECOVERY = 2;

    private static final int REASON_MASK = 0x7f;
    private static final int CID_OFFSET = 20;

    static int reason(ByteBuffer buffer, int at) {
        return Bhs.flags(buffer, at) & REASON_MASK;
    }

    static int connectionId(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + CID_OFFSET));
    }
}

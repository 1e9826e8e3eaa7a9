package dev.weir.blockio.iscsi;

import java.nio.ByteBuffer;

/**
 * Reads a Data-Out (RFC 7143 11.7) where it lies in a buffer.
 *
 * <pre>
 *  0   1   8     16    20    24   28          32   36       40              44   48
 *  |   | F | LUN | ITT | TTT |    | ExpStatSN |    | DataSN | buffer offset |    | data ...
 * </pre>
 */
final class DataOutPdu {
    private DataOutPdu() {}

    private static final int DATA_SN_OFFSET = 36;
    private static final int BUFFER_OFFSET_OFFSET = 40;

    static int dataSn(ByteBuffer buffer, int at) {
        return buffer.getInt(at + DATA_SN_OFFSET);
    }

    static long bufferOffset(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at + BUFFER_OFFSET_OFFSET));
    }
}

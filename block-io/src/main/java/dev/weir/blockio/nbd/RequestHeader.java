package dev.weir.blockio.nbd;

import java.nio.ByteBuffer;

/**
 * Reads the fields of a request (proto.md "Request message") where it lies in a buffer.
 *
 * <pre>
 *  0        4       6      8        16       24       28
 *  | magic  | flags | type | cookie | offset | length | payload of a WRITE ...
 * </pre>
 *
 * All fields are big-endian; offset and length are unsigned.
 */
final class RequestHeader {
    private RequestHeader() {}

    static final int MAGIC = 0x25609513;

    static final int BYTES = 28;

    private static final int FLAGS_OFFSET = 4;
    private static final int TYPE_OFFSET = 6;
    private static final int COOKIE_OFFSET = 8;
    private static final int OFFSET_OFFSET = 16;
    private static final int LENGTH_OFFSET = 24;

    static int magic(ByteBuffer buffer, int at) {
        return buffer.getInt(at);
    }

    static int flags(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + FLAGS_OFFSET));
    }

    static int type(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + TYPE_OFFSET));
    }

    static long cookie(ByteBuffer buffer, int at) {
        return buffer.getLong(at + COOKIE_OFFSET);
    }

    /** Negative where the client meant 2^63 or more. */
    static long offset(ByteBuffer buffer, int at) {
        return buffer.getLong(at + OFFSET_OFFSET);
    }

    static long length(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at + LENGTH_OFFSET));
    }
}

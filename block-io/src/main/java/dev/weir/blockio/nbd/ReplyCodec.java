package dev.weir.blockio.nbd;

import dev.weir.blockio.wire.ReplyBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes reply headers into a {@link ReplyBuffer}.
 *
 * <pre>
 * simple (proto.md "Simple reply message")
 *  0        4       8        16
 *  | magic  | error | cookie | data of a READ ...
 *
 * structured (proto.md "Structured reply chunk message")
 *  0        4       6      8        16       20
 *  | magic  | flags | type | cookie | length | payload ...
 *
 * payload by type
 *  OFFSET_DATA   offset 8, data
 *  OFFSET_HOLE   offset 8, length 4
 *  BLOCK_STATUS  context 4, then length 4 and state 4 for each run
 *  ERROR         error 4, length of message 2, message
 * </pre>
 */
final class ReplyCodec {
    private ReplyCodec() {}

    static final int SIMPLE_MAGIC = 0x67446698;
    static final int CHUNK_MAGIC = 0x668e33ef;

    static final int FLAG_DONE = 1;

    static final int TYPE_NONE = 0;
    static final int TYPE_OFFSET_DATA = 1;
    static final int TYPE_OFFSET_HOLE = 2;
    static final int TYPE_BLOCK_STATUS = 5;
    static final int TYPE_ERROR = (1 << 15) + 1;

    static final int SIMPLE_BYTES = 16;
    static final int CHUNK_BYTES = 20;
    static final int DATA_CHUNK_BYTES = CHUNK_BYTES + Long.BYTES;
    static final int HOLE_CHUNK_BYTES = CHUNK_BYTES + Long.BYTES + Integer.BYTES;
    static final int STATUS_CHUNK_BYTES = CHUNK_BYTES + Integer.BYTES;
    static final int STATUS_RUN_BYTES = 2 * Integer.BYTES;
    private static final int ERROR_CHUNK_BYTES = CHUNK_BYTES + Integer.BYTES + Short.BYTES;

    /** A simple reply without data. */
    static void simple(ReplyBuffer out, long cookie, int error) throws IOException {
        out.room(SIMPLE_BYTES);
        simpleHeader(out, cookie, error);
        out.advance(SIMPLE_BYTES);
    }

    /** The header in front of data that lies in the buffer already; does not advance. */
    static void simpleHeader(ReplyBuffer out, long cookie, int error) {
        ByteBuffer view = out.view();
        int at = out.position();
        view.putInt(at, SIMPLE_MAGIC);
        view.putInt(at + 4, error);
        view.putLong(at + 8, cookie);
    }

    /** The header in front of {@code length} bytes of data in the buffer; does not advance. */
    static void dataHeader(ReplyBuffer out, long cookie, long offset, int length, int flags) {
        chunkHeader(out, flags, TYPE_OFFSET_DATA, cookie, Long.BYTES + length);
        out.view().putLong(out.position() + CHUNK_BYTES, offset);
    }

    static void hole(ReplyBuffer out, long cookie, long offset, int length, int flags)
            throws IOException {
        out.room(HOLE_CHUNK_BYTES);
        chunkHeader(out, flags, TYPE_OFFSET_HOLE, cookie, Long.BYTES + Integer.BYTES);
        out.view().putLong(out.position() + CHUNK_BYTES, offset);
        out.view().putInt(out.position() + CHUNK_BYTES + Long.BYTES, length);
        out.advance(HOLE_CHUNK_BYTES);
    }

    /** The header in front of runs that lie in the buffer already; does not advance. */
    static void statusHeader(ReplyBuffer out, long cookie, int context, int runs) {
        int length = Integer.BYTES + runs * STATUS_RUN_BYTES;
        chunkHeader(out, FLAG_DONE, TYPE_BLOCK_STATUS, cookie, length);
        out.view().putInt(out.position() + CHUNK_BYTES, context);
    }

    static void done(ReplyBuffer out, long cookie) throws IOException {
        out.room(CHUNK_BYTES);
        chunkHeader(out, FLAG_DONE, TYPE_NONE, cookie, 0);
        out.advance(CHUNK_BYTES);
    }

    /** Ends a structured reply with an error. */
    static void errorChunk(ReplyBuffer out, long cookie, int error) throws IOException {
        out.room(ERROR_CHUNK_BYTES);
        chunkHeader(out, FLAG_DONE, TYPE_ERROR, cookie, Integer.BYTES + Short.BYTES);
        out.view().putInt(out.position() + CHUNK_BYTES, error);
        out.view().putShort(out.position() + CHUNK_BYTES + Integer.BYTES, (short) 0);
        out.advance(ERROR_CHUNK_BYTES);
    }

    private static void chunkHeader(ReplyBuffer out, int flags, int type, long cookie, int length) {
        ByteBuffer view = out.view();
        int at = out.position();
        view.putInt(at, CHUNK_MAGIC);
        view.putShort(at + 4, (short) flags);
        view.putShort(at + 6, (short) type);
        view.putLong(at + 8, cookie);
        view.putInt(at + 16, length);
    }
}

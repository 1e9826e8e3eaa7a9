package dev.weir.blockio.nbd;

import dev.weir.blockio.wire.ReplyBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes the replies to one option (proto.md "Option reply types").
 *
 * <pre>
 *  0        8        12     16       20
 *  | magic  | option | type | length | payload ...
 * </pre>
 */
final class OptionReply {
    static final long MAGIC = 0x3e889045565a9L;

    static final int ACK = 1;
    static final int SERVER = 2;
    static final int INFO = 3;
    static final int META_CONTEXT = 4;

    private static final int ERROR = 1 << 31;
    static final int ERR_UNSUP = ERROR + 1;
    static final int ERR_INVALID = ERROR + 3;
    static final int ERR_UNKNOWN = ERROR + 6;
    static final int ERR_TOO_BIG = ERROR + 9;

    static final int INFO_EXPORT = 0;
    static final int INFO_NAME = 1;
    static final int INFO_DESCRIPTION = 2;
    static final int INFO_BLOCK_SIZE = 3;

    private static final int HEADER_BYTES = 20;
    private static final byte[] NOTHING = {};

    private final ReplyBuffer out;
    private final int option;

    OptionReply(ReplyBuffer out, int option) {
        this.out = out;
        this.option = option;
    }

    void ack() throws IOException {
        send(ACK, NOTHING);
    }

    void error(int type, String message) throws IOException {
        send(type, utf8(message));
    }

    void server(String name, String description) throws IOException {
        byte[] nameBytes = utf8(name);
        byte[] descriptionBytes = utf8(description);
        send(
                SERVER,
                ByteBuffer.allocate(Integer.BYTES + nameBytes.length + descriptionBytes.length)
                        .putInt(nameBytes.length)
                        .put(nameBytes)
                        .put(descriptionBytes)
                        .array());
    }

    void infoExport(long sizeBytes, int transmissionFlags) throws IOException {
        send(
                INFO,
                ByteBuffer.allocate(12)
                        .putShort((short) INFO_EXPORT)
                        .putLong(sizeBytes)
                        .putShort((short) transmissionFlags)
                        .array());
    }

    void infoText(int infoType, String text) throws IOException {
        byte[] bytes = utf8(text);
        send(
                INFO,
                ByteBuffer.allocate(Short.BYTES + bytes.length)
                        .putShort((short) infoType)
                        .put(bytes)
                        .array());
    }

    void infoBlockSize(int minimum, int preferred, int maximum) throws IOException {
        send(
                INFO,
                ByteBuffer.allocate(14)
                        .putShort((short) INFO_BLOCK_SIZE)
                        .putInt(minimum)
                        .putInt(preferred)
                        .putInt(maximum)
                        .array());
    }

    void metaContext(int id, String name) throws IOException {
        byte[] bytes = utf8(name);
        send(
                META_CONTEXT,
                ByteBuffer.allocate(Integer.BYTES + bytes.length).putInt(id).put(bytes).array());
    }

    private void send(int type, byte[] payload) throws IOException {
        int length = HEADER_BYTES + payload.length;
        out.room(length);
        out.view()
                .position(out.position())
                .putLong(MAGIC)
                .putInt(option)
                .putInt(type)
                .putInt(payload.length)
                .put(payload)
                .clear();
        out.advance(length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

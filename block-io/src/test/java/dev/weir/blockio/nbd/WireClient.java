package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Speaks NBD byte by byte, right or wrong; reads fail after a while rather than hang a test. */
final class WireClient implements AutoCloseable {
    static final int CLIENT_FLAGS = Handshake.FLAG_FIXED_NEWSTYLE | Handshake.FLAG_NO_ZEROES;

    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record OptionAnswer(int option, int type, byte[] payload) {}

    record Reply(int error, long cookie) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Chunk(int flags, int type, long cookie, byte[] payload) {}

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects and says nothing. */
    static WireClient connect(NbdServer server) throws IOException {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return new WireClient(socket);
    }

    /** Connects and exchanges greetings. */
    static WireClient greeted(NbdServer server) throws IOException {
        WireClient client = connect(server);
        client.read(18);
        client.send(ints(CLIENT_FLAGS));
        return client;
    }

    /** Enters transmission with simple replies. */
    static WireClient attached(NbdServer server, String export) throws IOException {
        WireClient client = greeted(server);
        client.go(export);
        return client;
    }

    /** Enters transmission with structured replies and base:allocation. */
    static WireClient attachedStructured(NbdServer server, String export) throws IOException {
        WireClient client = greeted(server);
        client.option(Option.STRUCTURED_REPLY, new byte[0]);
        client.expectAck();
        client.option(Option.SET_META_CONTEXT, contexts(export, "base:allocation"));
        assertThat(client.optionAnswer().type()).isEqualTo(OptionReply.META_CONTEXT);
        client.expectAck();
        client.go(export);
        return client;
    }

    void go(String export) throws IOException {
        option(Option.GO, describe(export));
        assertThat(optionAnswer().type()).isEqualTo(OptionReply.INFO);
        expectAck();
    }

    void option(int code, byte[] data) throws IOException {
        option(code, data.length, data);
    }

    /** An option whose length may lie. */
    void option(int code, int length, byte[] data) throws IOException {
        send(
                ByteBuffer.allocate(16 + data.length)
                        .putLong(Handshake.OPTION_MAGIC)
                        .putInt(code)
                        .putInt(length)
                        .put(data)
                        .array());
    }

    OptionAnswer optionAnswer() throws IOException {
        assertThat(in.readLong()).isEqualTo(OptionReply.MAGIC);
        int option = in.readInt();
        int type = in.readInt();
        return new OptionAnswer(option, type, read(in.readInt()));
    }

    void expectAck() throws IOException {
        assertThat(optionAnswer().type()).isEqualTo(OptionReply.ACK);
    }

    void request(int type, int flags, long cookie, long offset, long length) throws IOException {
        send(requestBytes(type, flags, cookie, offset, length));
    }

    void write(int flags, long cookie, long offset, byte[] payload) throws IOException {
        byte[] header = requestBytes(NbdCommand.WRITE, flags, cookie, offset, payload.length);
        send(ByteBuffer.allocate(28 + payload.length).put(header).put(payload).array());
    }

    Reply reply() throws IOException {
        assertThat(in.readInt()).isEqualTo(ReplyCodec.SIMPLE_MAGIC);
        return new Reply(in.readInt(), in.readLong());
    }

    Chunk chunk() throws IOException {
        assertThat(in.readInt()).isEqualTo(ReplyCodec.CHUNK_MAGIC);
        int flags = in.readUnsignedShort();
        int type = in.readUnsignedShort();
        long cookie = in.readLong();
        return new Chunk(flags, type, cookie, read(in.readInt()));
    }

    /** Fails unless a good request is answered: the two are still in step. */
    void expectInStep() throws IOException {
        request(NbdCommand.FLUSH, 0, 0x5afe, 0, 0);
        assertThat(reply()).isEqualTo(new Reply(NbdErrno.OK, 0x5afe));
    }

    /** Fails unless the server hangs up without another byte. */
    void expectClosed() throws IOException {
        try {
            assertThat(in.read()).isEqualTo(-1);
        } catch (SocketException _) {
            // A reset is as good as an end of stream.
        }
    }

    /** Reads and drops whatever comes until the server hangs up. */
    void drainUntilClosed() throws IOException {
        try {
            in.skipNBytes(Long.MAX_VALUE);
        } catch (SocketException | EOFException _) {
            // Closed.
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    byte[] read(int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Vanishes without a good-bye: the server sees a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] requestBytes(int type, int flags, long cookie, long offset, long length) {
        return ByteBuffer.allocate(28)
                .putInt(RequestHeader.MAGIC)
                .putShort((short) flags)
                .putShort((short) type)
                .putLong(cookie)
                .putLong(offset)
                .putInt((int) length)
                .array();
    }

    /** The data of INFO and GO. */
    static byte[] describe(String export, int... wanted) {
        byte[] name = utf8(export);
        ByteBuffer data =
                ByteBuffer.allocate(6 + name.length + 2 * wanted.length)
                        .putInt(name.length)
                        .put(name)
                        .putShort((short) wanted.length);
        for (int type : wanted) {
            data.putShort((short) type);
        }
        return data.array();
    }

    /** The data of LIST_META_CONTEXT and SET_META_CONTEXT. */
    static byte[] contexts(String export, String... queries) {
        ByteBuffer data = ByteBuffer.allocate(1 << 16);
        data.putInt(utf8(export).length).put(utf8(export)).putInt(queries.length);
        for (String query : queries) {
            data.putInt(utf8(query).length).put(utf8(query));
        }
        byte[] bytes = new byte[data.position()];
        data.get(0, bytes);
        return bytes;
    }

    static byte[] ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * values.length);
        for (int value : values) {
            buffer.putInt(value);
        }
        return buffer.array();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

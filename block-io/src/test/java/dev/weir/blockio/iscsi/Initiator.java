package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** Speaks iSCSI PDU by PDU, right or wrong; reads fail after a while rather than hang a test. */
final class Initiator implements AutoCloseable {
    static final String NAME = "iqn.2026-01.dev.weir:initiator";
    static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    boolean digests;
    int cmdSn = 100;
    int isid = 1;
    int tsih;
    int connectionId;

    /** A PDU that came in. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Pdu(ByteBuffer header, byte[] data) {
        int opcode() {
            return Bhs.opcode(header, 0);
        }

        int flags() {
            return Bhs.flags(header, 0);
        }

        int response() {
            return Byte.toUnsignedInt(header.get(2));
        }

        int status() {
            return Byte.toUnsignedInt(header.get(3));
        }

        int taskTag() {
            return Bhs.initiatorTaskTag(header, 0);
        }

        int transferTag() {
            return header.getInt(20);
        }

        int statSn() {
            return header.getInt(24);
        }

        int expCmdSn() {
            return header.getInt(28);
        }

        int maxCmdSn() {
            return header.getInt(32);
        }

        int dataSn() {
            return header.getInt(36);
        }

        int offset() {
            return header.getInt(40);
        }

        int residual() {
            return header.getInt(44);
        }

        int loginStatus() {
            return Short.toUnsignedInt(header.getShort(36));
        }

        /** Sense key, ASC and ASCQ in one number: {@code key << 16 | asc << 8 | ascq}. */
        int sense() {
            return (data[4] & 0xf) << 16 | (data[14] & 0xff) << 8 | (data[15] & 0xff);
        }

        Map<String, String> keys() {
            Map<String, String> keys = new LinkedHashMap<>();
            for (String pair : new String(data, StandardCharsets.UTF_8).split("\0", -1)) {
                if (!pair.isEmpty()) {
                    keys.put(
                            pair.substring(0, pair.indexOf('=')),
                            pair.substring(pair.indexOf('=') + 1));
                }
            }
            return keys;
        }
    }

    private Initiator(Socket socket, InputStream in) {
        this.socket = socket;
        this.in = new DataInputStream(in);
    }

    /** Only writes PDUs. */
    static Initiator unconnected() throws IOException {
        return new Initiator(new Socket(), InputStream.nullInputStream());
    }

    /** Connects and says nothing. */
    static Initiator connect(Portal portal) throws IOException {
        InetSocketAddress address = portal.server.addresses().getFirst();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return new Initiator(socket, socket.getInputStream());
    }

    /** Logs in to the disk with these operational keys, and takes the power-on attention. */
    static Initiator attached(Portal portal, String... keys) throws IOException {
        Initiator initiator = connect(portal);
        initiator.logIn(keys);
        initiator.takeAttention();
        return initiator;
    }

    Pdu logIn(String... keys) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(names(Portal.DISK));
        text.writeBytes(text(keys));
        login(0x87, text.toByteArray());
        Pdu response = receive();
        assertThat(response.opcode()).isEqualTo(Opcode.LOGIN_RESPONSE);
        assertThat(response.loginStatus()).isZero();
        tsih = Short.toUnsignedInt(response.header().getShort(14));
        return response;
    }

    void takeAttention() throws IOException {
        // TEST UNIT READY
        command(0x7000, 0, new byte[6], 0, new byte[0]);
        assertThat(receive().sense()).isEqualTo(0x062900);
    }

    static byte[] names(String target) {
        return text("InitiatorName=" + NAME, "TargetName=" + target);
    }

    static byte[] text(String... pairs) {
        StringBuilder text = new StringBuilder();
        for (String pair : pairs) {
            text.append(pair).append('\0');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    void login(int flags, byte[] text) throws IOException {
        ByteBuffer header = header(Opcode.LOGIN | 0x40, flags);
        header.putLong(8, (long) isid << 16 | tsih);
        header.putInt(16, 0x1234);
        header.putShort(20, (short) connectionId);
        header.putInt(24, cmdSn);
        send(header, text);
    }

    static ByteBuffer header(int opcode, int flags) {
        return ByteBuffer.allocate(48).put(0, (byte) opcode).put(1, (byte) flags);
    }

    /** A SCSI command with the next CmdSN; flags: 0x40 read, 0x20 write, final is added. */
    void command(int taskTag, int flags, byte[] cdb, int expectedBytes, byte[] data)
            throws IOException {
        send(commandHeader(taskTag, 0x80 | flags, cdb, expectedBytes), data);
    }

    ByteBuffer commandHeader(int taskTag, int flags, byte[] cdb, int expectedBytes) {
        ByteBuffer header = header(Opcode.SCSI_COMMAND, flags | 1);
        header.putInt(16, taskTag).putInt(20, expectedBytes).putInt(24, cmdSn++);
        return header.put(32, cdb);
    }

    void read(int taskTag, int block, int blocks) throws IOException {
        command(taskTag, 0x40, cdb10(0x28, block, blocks), blocks * Portal.BLOCK, new byte[0]);
    }

    void write(int taskTag, int block, byte[] data) throws IOException {
        int blocks = data.length / Portal.BLOCK;
        command(taskTag, 0x20, cdb10(0x2a, block, blocks), data.length, data);
    }

    void dataOut(int taskTag, int transferTag, int dataSn, int offset, boolean last, byte[] data)
            throws IOException {
        ByteBuffer header = header(Opcode.DATA_OUT, last ? 0x80 : 0);
        header.putInt(16, taskTag).putInt(20, transferTag);
        header.putInt(36, dataSn).putInt(40, offset);
        send(header, data);
    }

    void nopOut(int taskTag, boolean immediate, byte[] data) throws IOException {
        ByteBuffer header = header(immediate ? 0x40 : 0, 0x80);
        header.putInt(16, taskTag).putInt(20, -1).putInt(24, immediate ? cmdSn : cmdSn++);
        send(header, data);
    }

    void manageTasks(int taskTag, int function, int referenced, int refCmdSn) throws IOException {
        ByteBuffer header = header(Opcode.TASK_MANAGEMENT | 0x40, 0x80 | function);
        header.putInt(16, taskTag).putInt(20, referenced).putInt(24, cmdSn).putInt(32, refCmdSn);
        send(header, new byte[0]);
    }

    void logOut(int reason) throws IOException {
        ByteBuffer header = header(Opcode.LOGOUT | 0x40, 0x80 | reason);
        header.putInt(16, 0x10607).putShort(20, (short) connectionId).putInt(24, cmdSn);
        send(header, new byte[0]);
    }

    void textRequest(int taskTag, int transferTag, String... pairs) throws IOException {
        ByteBuffer header = header(Opcode.TEXT | 0x40, 0x80);
        header.putInt(16, taskTag).putInt(20, transferTag).putInt(24, cmdSn);
        send(header, text(pairs));
    }

    static byte[] cdb10(int operation, int block, int blocks) {
        return ByteBuffer.allocate(10)
                .put(0, (byte) operation)
                .putInt(2, block)
                .putShort(7, (short) blocks)
                .array();
    }

    /** Sends a PDU; its length fields are filled in. */
    void send(ByteBuffer header, byte[] data) throws IOException {
        send(bytes(header, data));
    }

    byte[] bytes(ByteBuffer header, byte[] data) {
        header.putInt(4, (header.getInt(4) & 0xff000000) | data.length);
        byte[] padded = Arrays.copyOf(data, Bhs.padded(data.length));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] fields = new byte[header.capacity()];
        header.get(0, fields);
        out.writeBytes(fields);
        if (digests) {
            out.writeBytes(crc(fields));
        }
        out.writeBytes(padded);
        if (digests && data.length > 0) {
            out.writeBytes(crc(padded));
        }
        return out.toByteArray();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    Pdu receive() throws IOException {
        byte[] header = new byte[48];
        in.readFully(header);
        if (digests) {
            assertThat(in.readNBytes(4)).isEqualTo(crc(header));
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        int bytes = Bhs.dataBytes(fields, 0);
        byte[] padded = new byte[Bhs.padded(bytes)];
        in.readFully(padded);
        if (digests && bytes > 0) {
            assertThat(in.readNBytes(4)).isEqualTo(crc(padded));
        }
        return new Pdu(fields, Arrays.copyOf(padded, bytes));
    }

    /** Receives a PDU that must be of this kind. */
    Pdu receive(int opcode) throws IOException {
        Pdu pdu = receive();
        assertThat(pdu.opcode()).as("opcode of %s", pdu.header()).isEqualTo(opcode);
        return pdu;
    }

    /** Fails unless a ping is answered: the two are still in step. */
    void expectInStep() throws IOException {
        nopOut(0x5afe, true, new byte[] {1, 2, 3});
        Pdu answer = receive(Opcode.NOP_IN);
        assertThat(answer.taskTag()).isEqualTo(0x5afe);
        assertThat(answer.data()).containsExactly(1, 2, 3);
    }

    /** Fails unless the server hangs up without another byte. */
    void expectClosed() throws IOException {
        try {
            assertThat(in.read()).isEqualTo(-1);
        } catch (SocketException _) {
            // A reset is as good as an end of stream.
        }
    }

    /** How many commands the server would still take, by the answer to a ping. */
    int window() throws IOException {
        nopOut(0x5afe, true, new byte[0]);
        Pdu answer = receive(Opcode.NOP_IN);
        return answer.maxCmdSn() - answer.expCmdSn();
    }

    /** Reads and drops whatever comes until the server hangs up. */
    void drainUntilClosed() throws IOException {
        try {
            in.skipNBytes(Long.MAX_VALUE);
        } catch (SocketException | EOFException _) {
            // Closed.
        }
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    private static byte[] crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ByteBuffer.allocate(4).putInt(Integer.reverseBytes((int) crc.getValue())).array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

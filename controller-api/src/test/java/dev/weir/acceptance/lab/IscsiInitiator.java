package dev.weir.acceptance.lab;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * An iSCSI session of one connection with one command at a time. It exists beside the real clients
 * because only it shows each status and all sense: they retry, and hide what they were told.
 * Source: RFC 7143 11.
 *
 * <p>Owned by one thread.
 */
public final class IscsiInitiator implements AutoCloseable {
    /** What a command can bring along without being asked: FirstBurstLength at the target. */
    public static final int MAX_DATA_BYTES = 64 << 10;

    public static final int BLOCK_BYTES = 512;

    private static final int HEADER_BYTES = 48;
    private static final int LOGIN = 0x43;
    private static final int LOGIN_RESPONSE = 0x23;
    private static final int SCSI_COMMAND = 0x01;
    private static final int SCSI_RESPONSE = 0x21;
    private static final int DATA_IN = 0x25;
    private static final int FINAL = 0x80;
    private static final int READS = 0x40;
    private static final int WRITES = 0x20;
    private static final int SIMPLE = 0x01;
    private static final int STATUS_FLAG = 0x01;
    private static final int CHECK_CONDITION = 0x02;
    private static final int SILENCE_LIMIT_MILLIS = (int) Duration.ofMinutes(1).toMillis();

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private int nextCmdSn = 1;

    /**
     * How a command ended.
     *
     * @param outcome {@code GOOD}, or the sense as {@code 07/27/07}, or the status as {@code 18}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Reply(String outcome, byte[] data) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pdu(ByteBuffer header, byte[] data) {}

    private IscsiInitiator(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Logs in, as {@code iscsi://host:port/target/lun} says; the LUN must be 0. */
    public static IscsiInitiator logIn(URI uri, String name) throws IOException {
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(SILENCE_LIMIT_MILLIS);
        socket.setTcpNoDelay(true);
        IscsiInitiator initiator = new IscsiInitiator(socket);
        initiator.logIn(name, uri.getPath().substring(1, uri.getPath().lastIndexOf('/')));
        return initiator;
    }

    /** A command that moves no data. */
    public Reply run(int... cdb) throws IOException {
        return run(bytes(cdb), 0, 0, new byte[0]);
    }

    /** WRITE (10); at most {@link #MAX_DATA_BYTES}. */
    public Reply write(int block, byte[] data) throws IOException {
        return run(transfer(0x2a, block, data.length), WRITES, data.length, data);
    }

    /** READ (10). */
    public Reply read(int block, int bytes) throws IOException {
        return run(transfer(0x28, block, bytes), READS, bytes, new byte[0]);
    }

    /** UNMAP of one extent. */
    public Reply unmap(int block, int blocks) throws IOException {
        ByteBuffer list = ByteBuffer.allocate(24).putShort(0, (short) 22).putShort(2, (short) 16);
        list.putLong(8, block).putInt(16, blocks);
        ByteBuffer cdb = ByteBuffer.allocate(10).put(0, (byte) 0x42).putShort(7, (short) 24);
        return run(cdb.array(), WRITES, 24, list.array());
    }

    private void logIn(String name, String target) throws IOException {
        byte[] text =
                ("InitiatorName=" + name + "\0TargetName=" + target + "\0")
                        .getBytes(StandardCharsets.UTF_8);
        // T, from the operational stage to the full feature phase.
        ByteBuffer header = header(LOGIN, 0x87).putShort(12, (short) 1).putInt(24, nextCmdSn);
        send(header, text);
        Pdu answer = receive();
        if (answer.header().get(0) != LOGIN_RESPONSE || answer.header().getShort(36) != 0) {
            throw new IOException("login ended with " + answer.header().getShort(36));
        }
    }

    private Reply run(byte[] cdb, int direction, int bytes, byte[] data) throws IOException {
        ByteBuffer header = header(SCSI_COMMAND, FINAL | direction | SIMPLE);
        header.putInt(16, nextCmdSn).putInt(20, bytes).putInt(24, nextCmdSn++);
        header.put(32, cdb);
        send(header, data);
        ByteBuffer received = ByteBuffer.allocate(bytes);
        while (true) {
            Pdu pdu = receive();
            switch (pdu.header().get(0)) {
                case DATA_IN -> {
                    received.put(pdu.header().getInt(40), pdu.data());
                    if ((pdu.header().get(1) & STATUS_FLAG) != 0) {
                        return new Reply("GOOD", received.array());
                    }
                }
                case SCSI_RESPONSE -> {
                    return new Reply(outcome(pdu), new byte[0]);
                }
                default -> throw new IOException("unexpected PDU " + pdu.header().get(0));
            }
        }
    }

    private static String outcome(Pdu response) {
        int status = response.header().get(3);
        byte[] sense = response.data();
        return status == 0
                ? "GOOD"
                : status == CHECK_CONDITION
                        ? "%02x/%02x/%02x".formatted(sense[4] & 0xf, sense[14], sense[15])
                        : "%02x".formatted(status);
    }

    private static byte[] transfer(int opcode, int block, int bytes) {
        return ByteBuffer.allocate(10)
                .put(0, (byte) opcode)
                .putInt(2, block)
                .putShort(7, (short) (bytes / BLOCK_BYTES))
                .array();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static ByteBuffer header(int opcode, int flags) {
        return ByteBuffer.allocate(HEADER_BYTES).put(0, (byte) opcode).put(1, (byte) flags);
    }

    private void send(ByteBuffer header, byte[] data) throws IOException {
        header.putInt(4, data.length);
        byte[] fields = new byte[HEADER_BYTES];
        header.get(0, fields);
        out.write(fields);
        out.write(Arrays.copyOf(data, padded(data.length)));
    }

    private Pdu receive() throws IOException {
        byte[] header = new byte[HEADER_BYTES];
        in.readFully(header);
        ByteBuffer fields = ByteBuffer.wrap(header);
        int bytes = fields.getInt(4) & 0xff_ffff;
        byte[] data = new byte[padded(bytes)];
        in.readFully(data);
        return new Pdu(fields, Arrays.copyOf(data, bytes));
    }

    private static int padded(int bytes) {
        return bytes + 3 & ~3;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package dev.weir.acceptance.lab;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A small NBD client that pipelines: requests are submitted in any number, replies are awaited one
 * by one in the order the server chooses. It exists beside the real clients because only it can
 * tell exactly which writes were acknowledged. Source: NBD proto.md, newstyle negotiation and
 * simple replies.
 *
 * <p>Owned by one thread.
 */
public final class NbdClient implements AutoCloseable {
    private static final long NBDMAGIC = 0x4e42444d41474943L;
    private static final long IHAVEOPT = 0x49484156454f5054L;
    private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int SIMPLE_REPLY_MAGIC = 0x67446698;
    private static final int CLIENT_FLAGS_FIXED_NO_ZEROES = 0b11;
    private static final int OPT_GO = 7;
    private static final int REP_ACK = 1;
    private static final int REP_INFO = 3;
    private static final int INFO_EXPORT = 0;
    private static final int FLAG_FUA = 1;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SILENCE_LIMIT_MILLIS = (int) Duration.ofMinutes(1).toMillis();

    /** The commands that carry no reply payload, by their number on the wire. */
    public enum Operation {
        WRITE(1),
        FLUSH(3),
        TRIM(4),
        WRITE_ZEROES(6);

        private final int type;

        Operation(int type) {
            this.type = type;
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final long sizeBytes;
    private long nextCookie;

    private NbdClient(Socket socket, String export) throws IOException {
        this.socket = socket;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
        out =
                new DataOutputStream(
                        new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
        sizeBytes = negotiate(export);
    }

    /** Connects to {@code nbd://host:port/export}. */
    public static NbdClient connect(URI uri) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(SILENCE_LIMIT_MILLIS);
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
            return new NbdClient(socket, uri.getPath().substring(1));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /** Queues a write and returns the cookie its reply will carry. */
    public long submitWrite(long offset, byte[] data, boolean fua) throws IOException {
        long cookie = submitHeader(Operation.WRITE.type, offset, data.length, fua);
        out.write(data);
        return cookie;
    }

    /** Queues a command without payload and returns the cookie its reply will carry. */
    public long submit(Operation operation, long offset, int length) throws IOException {
        return submitHeader(operation.type, offset, length, false);
    }

    /** Sends what was queued. */
    public void send() throws IOException {
        out.flush();
    }

    /** Takes the next reply and returns its cookie; an error in it ends in an exception. */
    public long awaitReply() throws IOException {
        if (in.readInt() != SIMPLE_REPLY_MAGIC) {
            throw new IOException("not a simple reply");
        }
        int error = in.readInt();
        long cookie = in.readLong();
        if (error != 0) {
            throw new NbdError(error);
        }
        return cookie;
    }

    /** One write and its reply; nothing else may be outstanding. */
    public void write(long offset, byte[] data) throws IOException {
        submitWrite(offset, data, false);
        send();
        awaitReply();
    }

    /** One command without payload and its reply; nothing else may be outstanding. */
    public void perform(Operation operation, long offset, int length) throws IOException {
        submit(operation, offset, length);
        send();
        awaitReply();
    }

    /** Reads into the whole of {@code destination}; nothing else may be outstanding. */
    public void read(long offset, byte[] destination) throws IOException {
        submitHeader(0, offset, destination.length, false);
        send();
        awaitReply();
        in.readFully(destination);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The server answered with an error number. */
    public static final class NbdError extends IOException {
        private static final long serialVersionUID = 1L;

        private NbdError(int error) {
            super("the server answered with error " + error);
        }
    }

    private long submitHeader(int type, long offset, int length, boolean fua) throws IOException {
        long cookie = nextCookie++;
        out.writeInt(REQUEST_MAGIC);
        out.writeShort(fua ? FLAG_FUA : 0);
        out.writeShort(type);
        out.writeLong(cookie);
        out.writeLong(offset);
        out.writeInt(length);
        return cookie;
    }

    private long negotiate(String export) throws IOException {
        if (in.readLong() != NBDMAGIC || in.readLong() != IHAVEOPT) {
            throw new IOException("not a newstyle NBD server");
        }
        in.readUnsignedShort();
        out.writeInt(CLIENT_FLAGS_FIXED_NO_ZEROES);
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        out.writeLong(IHAVEOPT);
        out.writeInt(OPT_GO);
        out.writeInt(Integer.BYTES + name.length + Short.BYTES);
        out.writeInt(name.length);
        out.write(name);
        out.writeShort(0);
        out.flush();
        return awaitExport(export);
    }

    private long awaitExport(String export) throws IOException {
        long size = -1;
        while (true) {
            if (in.readLong() != OPTION_REPLY_MAGIC || in.readInt() != OPT_GO) {
                throw new IOException("not a reply to the option GO");
            }
            int type = in.readInt();
            byte[] payload = in.readNBytes(in.readInt());
            if (type == REP_ACK) {
                return size;
            }
            if (type != REP_INFO) {
                throw new IOException("export " + export + " refused with option reply " + type);
            }
            DataInputStream info = new DataInputStream(new ByteArrayInputStream(payload));
            if (info.readUnsignedShort() == INFO_EXPORT) {
                size = info.readLong();
            }
        }
    }
}

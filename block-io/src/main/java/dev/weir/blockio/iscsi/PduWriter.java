package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.blockio.wire.ReplyBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Puts PDUs behind one another in a reply buffer: {@link #begin}, fields, {@link #end}. Used inside
 * a batch of the connection's replies.
 */
final class PduWriter {
    private final ReplyBuffer out;
    private ConnectionParameters parameters = ConnectionParameters.LOGIN;

    PduWriter(ReplyBuffer out) {
        this.out = out;
    }

    void agree(ConnectionParameters agreed) {
        parameters = agreed;
    }

    ConnectionParameters parameters() {
        return parameters;
    }

    /** Longest data that lies in the buffer in one PDU. */
    int maxDataBytes() {
        return Math.min(
                parameters.sendDataBytes(),
                (out.capacity() - Bhs.MAX_OVERHEAD_BYTES) & -Bhs.WORD_BYTES);
    }

    /**
     * Makes room for a PDU and writes what all have in common, zeros else.
     *
     * @return where it begins
     */
    int begin(int opcode, int flags, int taskTag, int dataBytes) throws IOException {
        out.room(Bhs.BYTES + Bhs.padded(dataBytes) + 2 * Bhs.DIGEST_BYTES);
        int at = out.position();
        header(opcode, flags, taskTag, dataBytes);
        return at;
    }

    /** As {@link #begin}, where data already lies in the buffer behind the place of the header. */
    void header(int opcode, int flags, int taskTag, int dataBytes) {
        ByteBuffer view = out.view();
        int at = out.position();
        for (int i = 0; i < Bhs.BYTES; i += Long.BYTES) {
            view.putLong(at + i, 0);
        }
        view.put(at, (byte) opcode);
        view.put(at + Bhs.FLAGS_OFFSET, (byte) flags);
        view.putInt(at + Bhs.LENGTHS_OFFSET, dataBytes);
        view.putInt(at + Bhs.ITT_OFFSET, taskTag);
    }

    /** Where data begins in the PDU that is begun next. */
    int dataAt() {
        return out.position() + Bhs.BYTES + parameters.headerDigestBytes();
    }

    ByteBuffer view() {
        return out.view();
    }

    OffHeapMemory memory() {
        return out.memory();
    }

    /** Counts the PDU as written; adds padding and digests. */
    void end(int dataBytes) {
        endHeader();
        int at = out.position();
        int padded = pad(at, dataBytes);
        if (dataBytes > 0 && parameters.dataDigest()) {
            view().putInt(at + padded, Digest.of(memory(), at, padded));
            padded += Bhs.DIGEST_BYTES;
        }
        out.advance(padded);
    }

    /** Counts the header as written; its data follows from elsewhere. */
    void endHeader() {
        int at = out.position();
        if (parameters.headerDigest()) {
            view().putInt(at + Bhs.BYTES, Digest.of(memory(), at, Bhs.BYTES));
        }
        out.advance(Bhs.BYTES + parameters.headerDigestBytes());
    }

    /** Adds what comes behind data from elsewhere: of whole words. */
    void endData(OffHeapMemory data, long offset, int dataBytes) throws IOException {
        if (parameters.dataDigest()) {
            out.room(Bhs.DIGEST_BYTES);
            view().putInt(out.position(), Digest.of(data, offset, dataBytes));
            out.advance(Bhs.DIGEST_BYTES);
        }
    }

    private int pad(int at, int dataBytes) {
        int padded = Bhs.padded(dataBytes);
        for (int i = dataBytes; i < padded; i++) {
            view().put(at + i, (byte) 0);
        }
        return padded;
    }
}

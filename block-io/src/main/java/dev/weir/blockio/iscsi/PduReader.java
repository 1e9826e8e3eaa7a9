package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReceiveBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes PDUs out of the receive buffer, each whole and in one piece (RFC 7143 11.1). Lengths and
 * digests are checked before anybody else sees them. Owned by the connection's thread.
 *
 * <pre>
 *  at   48    | AHS | header digest | data ... 0..3 | data digest |
 * </pre>
 */
final class PduReader {

    /** Receives at least one byte, waiting for it; -1 at the end of the stream. */
    @FunctionalInterface
    interface Waiting {
        int receive(ReceiveBuffer in, int needed) throws IOException;
    }

    private final ReceiveBuffer in;
    private final Waiting waiting;
    private ConnectionParameters parameters = ConnectionParameters.LOGIN;
    private int totalBytes;
    private int dataOffset;
    private int dataBytes;
    private boolean damaged;

    PduReader(ReceiveBuffer in, Waiting waiting) {
        this.in = in;
        this.waiting = waiting;
    }

    /** What was agreed on counts from the next PDU on. */
    void agree(ConnectionParameters agreed) {
        parameters = agreed;
    }

    /**
     * Receives the next PDU, which stays until {@link #consume}; false at the end of the stream.
     */
    boolean next() throws IOException {
        if (!fill(Bhs.BYTES)) {
            return false;
        }
        int ahsBytes = Bhs.ahsBytes(view(), at());
        dataBytes = Bhs.dataBytes(view(), at());
        if (dataBytes > parameters.receiveDataBytes()) {
            throw new ProtocolViolation("a data segment of " + dataBytes + " bytes");
        }
        int headerBytes = Bhs.BYTES + ahsBytes;
        dataOffset = headerBytes + parameters.headerDigestBytes();
        int dataDigestBytes = dataBytes > 0 ? parameters.dataDigestBytes() : 0;
        int paddedBytes = Bhs.padded(dataBytes);
        totalBytes = dataOffset + paddedBytes + dataDigestBytes;
        if (!fill(totalBytes)) {
            return false;
        }
        if (parameters.headerDigest() && !digestMatches(0, headerBytes)) {
            throw new ProtocolViolation("a header that its digest does not match");
        }
        damaged = dataDigestBytes > 0 && !digestMatches(dataOffset, paddedBytes);
        return true;
    }

    /** Whether the data does not match its digest. */
    boolean isDamaged() {
        return damaged;
    }

    ByteBuffer view() {
        return in.view();
    }

    OffHeapMemory memory() {
        return in.buffer().memory();
    }

    /** Where the PDU begins. */
    int at() {
        return in.position();
    }

    /** Where its data begins. */
    int dataAt() {
        return in.position() + dataOffset;
    }

    int dataBytes() {
        return dataBytes;
    }

    byte[] copyData() {
        byte[] data = new byte[dataBytes];
        view().get(dataAt(), data);
        return data;
    }

    void consume() {
        in.consume(totalBytes);
    }

    /** Whether more is there already, so that what follows would have to wait. */
    boolean hasMore() {
        return in.buffered() > totalBytes;
    }

    private boolean digestMatches(int offset, int bytes) {
        int expected = Digest.of(memory(), at() + offset, bytes);
        return view().getInt(at() + offset + bytes) == expected;
    }

    private boolean fill(int bytes) throws IOException {
        in.reserve(bytes);
        while (in.buffered() < bytes) {
            int available = in.waiting();
            int received = available > 0 ? in.receive(available) : waiting.receive(in, bytes);
            if (received < 0) {
                return false;
            }
        }
        return true;
    }
}

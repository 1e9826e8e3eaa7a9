package dev.weir.blockio.nbd;

import dev.weir.blockio.wire.ColdReads;
import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReceiveBuffer;
import dev.weir.blockio.wire.ReplyQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * The transmission phase of one connection: takes requests out of the receive buffer, as many as
 * came in with one read, and sees that each is answered. Reads and plain writes are done on the
 * spot; what waits for the disk goes to {@link SlowRequests} and is answered out of order.
 *
 * <p>Owned by the connection's thread, which holds the {@link ReplyQueue} except while it waits for
 * the client or for its workers.
 */
final class Transmission {

    /** Requests up to this size are done on the spot. */
    private static final int INLINE_BYTES = ExportCommands.PIECE_BYTES;

    private final ExportCommands.Session session;
    private final ReceiveBuffer in;
    private final ReplyQueue replies;
    private final SlowRequests slow;
    private final BooleanSupplier stopping;
    private final ExportCommands commands;
    private final ColdReads coldReads = new ColdReads();

    /**
     * @param stopping whether requests are to be refused because the export or the server goes away
     */
    Transmission(
            ExportCommands.Session session,
            ReceiveBuffer in,
            ReplyQueue replies,
            SlowRequests slow,
            BooleanSupplier stopping) {
        this.session = session;
        this.in = in;
        this.replies = replies;
        this.slow = slow;
        this.stopping = stopping;
        this.commands = new ExportCommands(session);
    }

    /** Serves until the client leaves; requests it left behind are still carried out. */
    void run() throws IOException {
        try {
            replies.startBatch();
            try {
                while (serveNext()) {
                    replies.sendLongBatch();
                }
            } finally {
                replies.endBatch();
            }
        } finally {
            slow.awaitAll();
        }
    }

    private boolean serveNext() throws IOException {
        if (!fill(RequestHeader.BYTES)) {
            return false;
        }
        ByteBuffer view = in.view();
        int at = in.position();
        if (RequestHeader.magic(view, at) != RequestHeader.MAGIC) {
            throw new ProtocolViolation("no request magic where a request was due");
        }
        int flags = RequestHeader.flags(view, at);
        int type = RequestHeader.type(view, at);
        long cookie = RequestHeader.cookie(view, at);
        long offset = RequestHeader.offset(view, at);
        long length = RequestHeader.length(view, at);
        in.consume(RequestHeader.BYTES);
        if (type == NbdCommand.DISC) {
            return false;
        }
        int error =
                stopping.getAsBoolean()
                        ? NbdErrno.ESHUTDOWN
                        : commands.check(type, flags, offset, length);
        if (error != NbdErrno.OK) {
            return refuse(type, cookie, length, error);
        }
        return serve(type, flags, cookie, offset, length);
    }

    private boolean serve(int type, int flags, long cookie, long offset, long length)
            throws IOException {
        boolean fua = (flags & NbdCommand.FLAG_FUA) != 0;
        switch (type) {
            case NbdCommand.READ -> read(cookie, offset, (int) length, flags);
            case NbdCommand.WRITE -> {
                return length <= INLINE_BYTES
                        ? write(cookie, offset, (int) length, fua)
                        : writeInPieces(cookie, offset, (int) length, fua);
            }
            case NbdCommand.FLUSH ->
                    slow.submit((worker, out) -> worker.flush(NbdCommand.FLUSH, cookie, out));
            case NbdCommand.TRIM ->
                    slow.submit((worker, out) -> worker.trim(cookie, offset, length, fua, out));
            case NbdCommand.WRITE_ZEROES ->
                    slow.submit((worker, out) -> worker.zero(cookie, offset, length, flags, out));
            case NbdCommand.CACHE ->
                    slow.submit((worker, out) -> worker.cache(cookie, offset, length, out));
            case NbdCommand.BLOCK_STATUS ->
                    slow.submit(
                            ExportCommands.STATUS_REPLY_BYTES,
                            (worker, out) ->
                                    worker.blockStatus(cookie, offset, length, flags, out));
            default -> throw new IllegalStateException("command " + type + " passed the check");
        }
        return true;
    }

    private void read(long cookie, long offset, int length, int flags) throws IOException {
        if (length <= INLINE_BYTES && !(coldReads.expected() && othersWouldWait())) {
            long start = System.nanoTime();
            commands.read(cookie, offset, length, flags, replies.batch());
            coldReads.done(length, System.nanoTime() - start);
        } else {
            int replyBytes = commands.readReplyBytes(length, flags);
            slow.submit(
                    replyBytes, (worker, out) -> worker.read(cookie, offset, length, flags, out));
        }
    }

    /** Whether doing a slow request on the spot would hold up anything else. */
    private boolean othersWouldWait() {
        return in.buffered() > 0 || slow.isBusy();
    }

    private boolean write(long cookie, long offset, int length, boolean fua) throws IOException {
        if (!fill(length)) {
            return false;
        }
        if (fua) {
            slow.write(cookie, offset, in.buffer().memory(), in.position(), length);
        } else {
            commands.write(
                    cookie,
                    offset,
                    in.buffer().memory(),
                    in.position(),
                    length,
                    false,
                    replies.batch());
        }
        in.consume(length);
        return true;
    }

    /**
     * Writes a long payload as it comes in, so that it takes no memory of its own. One that ends
     * early leaves a part of it written, as a request that was never answered may.
     */
    private boolean writeInPieces(long cookie, long offset, int length, boolean fua)
            throws IOException {
        int error = NbdErrno.OK;
        int done = 0;
        while (done < length) {
            int piece = Math.min(length - done, INLINE_BYTES);
            if (!fill(piece)) {
                return false;
            }
            if (error == NbdErrno.OK) {
                error =
                        commands.store(
                                offset + done, in.buffer().memory(), in.position(), piece, false);
            }
            in.consume(piece);
            done += piece;
        }
        if (fua && error == NbdErrno.OK) {
            slow.submit((worker, out) -> worker.flush(NbdCommand.WRITE, cookie, out));
        } else {
            commands.reply(NbdCommand.WRITE, cookie, error, replies.batch());
        }
        return true;
    }

    /** Answers with an error; a payload is taken out of the way first. */
    private boolean refuse(int type, long cookie, long length, int error) throws IOException {
        if (type == NbdCommand.WRITE) {
            if (length > 2L * session.maxRequestBytes()) {
                throw new ProtocolViolation("a write of " + length + " bytes");
            }
            if (!discard(length)) {
                return false;
            }
        }
        commands.reply(type, cookie, error, replies.batch());
        return true;
    }

    private boolean discard(long length) throws IOException {
        long left = length;
        while (left > 0) {
            if (!fill(1)) {
                return false;
            }
            int now = (int) Math.min(left, in.buffered());
            in.consume(now);
            left -= now;
        }
        return true;
    }

    /** Receives until this many bytes are there in one piece; false at the end of the stream. */
    private boolean fill(int bytes) throws IOException {
        in.reserve(bytes);
        while (in.buffered() < bytes) {
            int waiting = in.waiting();
            int received = waiting > 0 ? in.receive(waiting) : receiveBlocking(bytes);
            if (received < 0) {
                return false;
            }
        }
        return true;
    }

    private int receiveBlocking(int needed) throws IOException {
        try {
            replies.endBatch();
            return in.receiveBlocking(needed);
        } finally {
            replies.startBatch();
        }
    }
}

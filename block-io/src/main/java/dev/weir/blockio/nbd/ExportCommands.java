package dev.weir.blockio.nbd;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.blockio.wire.ReplyBuffer;
import dev.weir.blockio.wire.Traffic;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the commands of one client on its export and encodes the replies. A failure of the
 * device becomes an error of the request; an exception means that the client cannot be replied to.
 *
 * <p>One instance belongs to one thread at a time; the client's connection and each of its workers
 * have their own.
 */
final class ExportCommands {
    private static final Logger log = LoggerFactory.getLogger(ExportCommands.class);

    /** What SET_META_CONTEXT tells the client, and BLOCK_STATUS repeats. */
    static final int ALLOCATION_CONTEXT = 1;

    /** Data is put into chunks of at most this size when the client accepts several. */
    static final int PIECE_BYTES = 256 << 10;

    /** Room for the reply to BLOCK_STATUS; further runs wait for the next request. */
    static final int STATUS_REPLY_BYTES = 64 << 10;

    private final Session session;
    private final BlockDevice device;
    private final ZeroRuns runs = new ZeroRuns();

    /**
     * What a client and its export agreed upon.
     *
     * @param maxRequestBytes longest payload
     */
    record Session(
            NbdExport export,
            boolean structuredReplies,
            boolean allocationContext,
            int maxRequestBytes,
            Traffic traffic) {}

    ExportCommands(Session session) {
        this.session = session;
        this.device = session.export().device();
    }

    /** The error of a request that must not be tried, or {@link NbdErrno#OK}. */
    int check(int type, int flags, long offset, long length) {
        if ((flags & ~NbdCommand.allowedFlags(type)) != 0
                || ((flags & NbdCommand.FLAG_DF) != 0 && !session.structuredReplies())) {
            return NbdErrno.EINVAL;
        }
        return switch (type) {
            case NbdCommand.READ -> checkPayload(type, offset, length);
            case NbdCommand.WRITE ->
                    refusesChanges() ? NbdErrno.EPERM : checkPayload(type, offset, length);
            case NbdCommand.TRIM, NbdCommand.WRITE_ZEROES ->
                    refusesChanges() ? NbdErrno.EPERM : checkRange(type, offset, length);
            case NbdCommand.CACHE -> checkRange(type, offset, length);
            case NbdCommand.BLOCK_STATUS ->
                    session.allocationContext() && length > 0
                            ? checkRange(type, offset, length)
                            : NbdErrno.EINVAL;
            case NbdCommand.FLUSH -> (offset | length) == 0 ? NbdErrno.OK : NbdErrno.EINVAL;
            default -> NbdErrno.EINVAL;
        };
    }

    /** Reads into one simple reply, one chunk, or several chunks. */
    void read(long cookie, long offset, int length, int flags, ReplyBuffer out) throws IOException {
        if (!session.structuredReplies()) {
            readSimple(cookie, offset, length, out);
        } else if (length == 0) {
            ReplyCodec.done(out, cookie);
        } else if ((flags & NbdCommand.FLAG_DF) != 0 || length < ZeroRuns.WORTHWHILE_BYTES) {
            if (readChunk(cookie, offset, length, ReplyCodec.FLAG_DONE, out)) {
                session.traffic().read(length);
            }
        } else {
            readRuns(cookie, offset, length, out);
        }
        session.traffic().answered();
    }

    /** Bytes that the longest reply to such a read takes in one piece. */
    int readReplyBytes(int length, int flags) {
        boolean inPieces = session.structuredReplies() && (flags & NbdCommand.FLAG_DF) == 0;
        int data = inPieces ? Math.min(length, PIECE_BYTES) : length;
        return ReplyCodec.DATA_CHUNK_BYTES + data;
    }

    void write(
            long cookie,
            long offset,
            OffHeapMemory source,
            long sourceOffset,
            int length,
            boolean fua,
            ReplyBuffer out)
            throws IOException {
        int error = store(offset, source, sourceOffset, length, fua);
        reply(NbdCommand.WRITE, cookie, error, out);
    }

    /** Writes a part of a request that is answered later; returns the error. */
    int store(long offset, OffHeapMemory source, long sourceOffset, int length, boolean fua) {
        try {
            device.write(offset, source, sourceOffset, length, fua);
            session.traffic().written(length);
            return NbdErrno.OK;
        } catch (StorageException e) {
            return NbdErrno.of(e.failure(), NbdCommand.WRITE);
        } catch (RuntimeException | InternalError e) {
            return unexpected(NbdCommand.WRITE, e);
        }
    }

    void flush(int type, long cookie, ReplyBuffer out) throws IOException {
        reply(type, cookie, attempt(type, device::flush), out);
    }

    void trim(long cookie, long offset, long length, boolean fua, ReplyBuffer out)
            throws IOException {
        int error = attempt(NbdCommand.TRIM, () -> device.trim(offset, length, fua));
        reply(NbdCommand.TRIM, cookie, error, out);
    }

    void zero(long cookie, long offset, long length, int flags, ReplyBuffer out)
            throws IOException {
        boolean fua = (flags & NbdCommand.FLAG_FUA) != 0;
        ZeroMode mode = zeroMode(flags);
        int error = attempt(NbdCommand.WRITE_ZEROES, () -> device.zero(offset, length, mode, fua));
        reply(NbdCommand.WRITE_ZEROES, cookie, error, out);
    }

    void cache(long cookie, long offset, long length, ReplyBuffer out) throws IOException {
        int error = attempt(NbdCommand.CACHE, () -> device.cache(offset, length));
        reply(NbdCommand.CACHE, cookie, error, out);
    }

    void blockStatus(long cookie, long offset, long length, int flags, ReplyBuffer out)
            throws IOException {
        out.room(STATUS_REPLY_BYTES);
        int maxRuns =
                (flags & NbdCommand.FLAG_REQ_ONE) != 0
                        ? 1
                        : (STATUS_REPLY_BYTES - ReplyCodec.STATUS_CHUNK_BYTES)
                                / ReplyCodec.STATUS_RUN_BYTES;
        int start = out.position() + ReplyCodec.STATUS_CHUNK_BYTES;
        AllocationRuns visitor = new AllocationRuns(out.view(), start, maxRuns, length);
        int error =
                attempt(NbdCommand.BLOCK_STATUS, () -> device.blockStatus(offset, length, visitor));
        if (error != NbdErrno.OK) {
            reply(NbdCommand.BLOCK_STATUS, cookie, error, out);
            return;
        }
        ReplyCodec.statusHeader(out, cookie, ALLOCATION_CONTEXT, visitor.count());
        out.advance(ReplyCodec.STATUS_CHUNK_BYTES + visitor.count() * ReplyCodec.STATUS_RUN_BYTES);
        session.traffic().answered();
    }

    /** Answers a request without data in the form that its type demands. */
    void reply(int type, long cookie, int error, ReplyBuffer out) throws IOException {
        boolean inChunks = type == NbdCommand.READ || type == NbdCommand.BLOCK_STATUS;
        if (inChunks && session.structuredReplies()) {
            ReplyCodec.errorChunk(out, cookie, error);
        } else {
            ReplyCodec.simple(out, cookie, error);
        }
        session.traffic().answered();
    }

    private void readSimple(long cookie, long offset, int length, ReplyBuffer out)
            throws IOException {
        out.room(ReplyCodec.SIMPLE_BYTES + length);
        int error = load(offset, out.memory(), out.position() + ReplyCodec.SIMPLE_BYTES, length);
        ReplyCodec.simpleHeader(out, cookie, error);
        if (error == NbdErrno.OK) {
            out.advance(ReplyCodec.SIMPLE_BYTES + length);
            session.traffic().read(length);
        } else {
            out.advance(ReplyCodec.SIMPLE_BYTES);
        }
    }

    private void readRuns(long cookie, long offset, int length, ReplyBuffer out)
            throws IOException {
        runs.find(device, offset, length);
        long at = offset;
        for (int run = 0; run < runs.count(); run++) {
            int bytes = runs.length(run);
            int flags = run == runs.count() - 1 ? ReplyCodec.FLAG_DONE : 0;
            if (runs.isZero(run)) {
                ReplyCodec.hole(out, cookie, at, bytes, flags);
            } else if (!readPieces(cookie, at, bytes, flags, out)) {
                return;
            }
            at += bytes;
        }
        session.traffic().read(length);
    }

    private boolean readPieces(long cookie, long offset, int length, int lastFlags, ReplyBuffer out)
            throws IOException {
        int done = 0;
        while (done < length) {
            int piece = Math.min(length - done, PIECE_BYTES);
            int flags = done + piece == length ? lastFlags : 0;
            if (!readChunk(cookie, offset + done, piece, flags, out)) {
                return false;
            }
            done += piece;
        }
        return true;
    }

    /** Appends data, or on failure the error that ends the reply; returns whether it is data. */
    private boolean readChunk(long cookie, long offset, int length, int flags, ReplyBuffer out)
            throws IOException {
        out.room(ReplyCodec.DATA_CHUNK_BYTES + length);
        int dataAt = out.position() + ReplyCodec.DATA_CHUNK_BYTES;
        int error = load(offset, out.memory(), dataAt, length);
        if (error != NbdErrno.OK) {
            ReplyCodec.errorChunk(out, cookie, error);
            return false;
        }
        ReplyCodec.dataHeader(out, cookie, offset, length, flags);
        out.advance(ReplyCodec.DATA_CHUNK_BYTES + length);
        return true;
    }

    private int load(long offset, OffHeapMemory destination, long destinationOffset, int length) {
        try {
            device.read(offset, destination, destinationOffset, length);
            return NbdErrno.OK;
        } catch (StorageException e) {
            return NbdErrno.of(e.failure(), NbdCommand.READ);
        } catch (RuntimeException | InternalError e) {
            return unexpected(NbdCommand.READ, e);
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws StorageException;
    }

    private int attempt(int type, Attempt action) {
        try {
            action.run();
            return NbdErrno.OK;
        } catch (StorageException e) {
            return NbdErrno.of(e.failure(), type);
        } catch (RuntimeException | InternalError e) {
            return unexpected(type, e);
        }
    }

    private int unexpected(int type, Throwable fault) {
        log.error("Export {}: command {} failed", session.export().name(), type, fault);
        return NbdErrno.EIO;
    }

    private boolean refusesChanges() {
        return session.export().refusesChanges();
    }

    private int checkPayload(int type, long offset, long length) {
        return length > session.maxRequestBytes()
                ? NbdErrno.EINVAL
                : checkRange(type, offset, length);
    }

    private int checkRange(int type, long offset, long length) {
        return Ranges.within(offset, length, device.sizeBytes())
                ? NbdErrno.OK
                : NbdErrno.pastTheEnd(type);
    }

    private static ZeroMode zeroMode(int flags) {
        boolean noHole = (flags & NbdCommand.FLAG_NO_HOLE) != 0;
        if ((flags & NbdCommand.FLAG_FAST_ZERO) != 0) {
            return noHole ? ZeroMode.FAST_ALLOCATE : ZeroMode.FAST;
        }
        return noHole ? ZeroMode.ALLOCATE : ZeroMode.MAY_TRIM;
    }
}

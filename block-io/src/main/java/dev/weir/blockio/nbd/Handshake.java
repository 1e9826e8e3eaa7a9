package dev.weir.blockio.nbd;

import dev.weir.blockio.wire.Deadline;
import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReceiveBuffer;
import dev.weir.blockio.wire.ReplyBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/**
 * The fixed newstyle handshake of one connection (proto.md "Fixed newstyle negotiation").
 *
 * <pre>
 *   connected --greeting--> flags --client flags--> options --GO, EXPORT_NAME--> transmission
 *                             |                     |  ^  |
 *                             |                     +--+  +--ABORT, end of stream--> left
 *                             |                any other option
 *                             +--unknown flags, wrong magic, a flood--> ProtocolViolation
 * </pre>
 *
 * STARTTLS is refused. Once it is not, its place is a transition from options to options that
 * replaces the channel, fails if anything was received behind it, and puts {@link
 * Negotiated#NOTHING} back: nothing that was said in the clear may count afterwards.
 *
 * <p>Owned by the connection's thread. Nothing limits the time here; the {@link Deadline} of the
 * connection does.
 */
final class Handshake {

    /** "NBDMAGIC" */
    static final long MAGIC = 0x4e42444d41474943L;

    /** "IHAVEOPT" */
    static final long OPTION_MAGIC = 0x49484156454F5054L;

    static final int FLAG_FIXED_NEWSTYLE = 1;
    static final int FLAG_NO_ZEROES = 1 << 1;

    /** Options with more data are skipped. */
    static final int MAX_OPTION_BYTES = 64 << 10;

    /** Options with even more drop the connection. */
    static final int MAX_SKIPPED_BYTES = 1 << 20;

    private static final int GREETING_BYTES = 18;
    private static final int OPTION_HEADER_BYTES = 16;
    private static final int PADDING_BYTES = 124;
    private static final int MIN_PREFERRED_BLOCK_BYTES = 512;
    private static final String ALLOCATION_CONTEXT = "base:allocation";
    private static final Set<String> QUERIES_THAT_LIST = Set.of("base:", ALLOCATION_CONTEXT);

    /** How a handshake ends, other than by an exception. */
    sealed interface Outcome {

        record Left() implements Outcome {}

        record Attached(NbdExport export, boolean structuredReplies, boolean allocationContext)
                implements Outcome {}
    }

    /** Where exports come from. */
    interface Exports {

        Optional<NbdExport> find(String name);

        Iterable<NbdExport> list();

        /** Finds an export, and keeps it for this connection. */
        Optional<NbdExport> attach(String name);
    }

    private final ReceiveBuffer in;
    private final ReplyBuffer out;
    private final Exports exports;
    private final NbdLimits limits;
    private boolean fixedNewstyle;
    private boolean noZeroes;
    private Negotiated negotiated = Negotiated.NOTHING;

    Handshake(ReceiveBuffer in, ReplyBuffer out, Exports exports, NbdLimits limits) {
        this.in = in;
        this.out = out;
        this.exports = exports;
        this.limits = limits;
    }

    Outcome run() throws IOException {
        greet();
        if (!fill(Integer.BYTES)) {
            return new Outcome.Left();
        }
        takeClientFlags();
        for (int count = 0; count < limits.maxOptions(); count++) {
            Optional<Outcome> outcome = nextOption();
            if (outcome.isPresent()) {
                out.drain();
                return outcome.get();
            }
        }
        throw new ProtocolViolation("more than " + limits.maxOptions() + " options");
    }

    private void greet() throws IOException {
        out.room(GREETING_BYTES);
        out.view()
                .putLong(MAGIC)
                .putLong(OPTION_MAGIC)
                .putShort((short) (FLAG_FIXED_NEWSTYLE | FLAG_NO_ZEROES))
                .clear();
        out.advance(GREETING_BYTES);
    }

    private void takeClientFlags() throws IOException {
        int flags = in.view().getInt(in.position());
        in.consume(Integer.BYTES);
        if ((flags & ~(FLAG_FIXED_NEWSTYLE | FLAG_NO_ZEROES)) != 0) {
            throw new ProtocolViolation("unknown client flags 0x" + Integer.toHexString(flags));
        }
        fixedNewstyle = (flags & FLAG_FIXED_NEWSTYLE) != 0;
        noZeroes = (flags & FLAG_NO_ZEROES) != 0;
    }

    private Optional<Outcome> nextOption() throws IOException {
        if (!fill(OPTION_HEADER_BYTES)) {
            return Optional.of(new Outcome.Left());
        }
        ByteBuffer view = in.view();
        int at = in.position();
        if (view.getLong(at) != OPTION_MAGIC) {
            throw new ProtocolViolation("no option magic where an option was due");
        }
        int code = view.getInt(at + 8);
        long length = Integer.toUnsignedLong(view.getInt(at + 12));
        in.consume(OPTION_HEADER_BYTES);
        if (!fixedNewstyle && code != Option.EXPORT_NAME) {
            throw new ProtocolViolation("option " + code + " from a client of the older newstyle");
        }
        if (length > MAX_OPTION_BYTES) {
            return skipOption(code, length);
        }
        if (!fill((int) length)) {
            return Optional.of(new Outcome.Left());
        }
        Option option = OptionCodec.decode(code, in.view().slice(in.position(), (int) length));
        in.consume((int) length);
        return answer(code, option);
    }

    private Optional<Outcome> skipOption(int code, long length) throws IOException {
        if (length > MAX_SKIPPED_BYTES || code == Option.EXPORT_NAME) {
            throw new ProtocolViolation("option " + code + " of " + length + " bytes");
        }
        long left = length;
        while (left > 0) {
            if (!fill(1)) {
                return Optional.of(new Outcome.Left());
            }
            int now = (int) Math.min(left, in.buffered());
            in.consume(now);
            left -= now;
        }
        return answer(code, new Option.Refused(OptionReply.ERR_TOO_BIG, "too much data"));
    }

    private Optional<Outcome> answer(int code, Option option) throws IOException {
        OptionReply reply = new OptionReply(out, code);
        return switch (option) {
            case Option.EnterExport(String name) -> Optional.of(enter(name));
            case Option.DescribeExport describe -> describe(describe, reply);
            case Option.Abort _ -> {
                reply.ack();
                yield Optional.of(new Outcome.Left());
            }
            case Option.ListExports _ -> {
                for (NbdExport export : exports.list()) {
                    reply.server(export.name(), export.description());
                }
                reply.ack();
                yield Optional.empty();
            }
            case Option.StartTls _ -> {
                reply.error(OptionReply.ERR_UNSUP, "TLS is not offered here");
                yield Optional.empty();
            }
            case Option.UseStructuredReplies _ -> {
                negotiated = negotiated.withStructuredReplies();
                reply.ack();
                yield Optional.empty();
            }
            case Option.MetaContexts contexts -> {
                answerContexts(contexts, reply);
                yield Optional.empty();
            }
            case Option.Refused(int error, String reason) -> {
                if (code == Option.EXPORT_NAME) {
                    throw new ProtocolViolation("export name: " + reason);
                }
                reply.error(error, reason);
                yield Optional.empty();
            }
        };
    }

    private Outcome enter(String name) throws IOException {
        NbdExport export =
                exports.attach(name)
                        .orElseThrow(() -> new ProtocolViolation("no export of this name"));
        int length = Long.BYTES + Short.BYTES + (noZeroes ? 0 : PADDING_BYTES);
        out.room(length);
        out.view()
                .position(out.position())
                .putLong(export.device().sizeBytes())
                .putShort((short) TransmissionFlags.of(export, negotiated.structuredReplies()))
                .put(new byte[noZeroes ? 0 : PADDING_BYTES])
                .clear();
        out.advance(length);
        return attached(export, name);
    }

    private Optional<Outcome> describe(Option.DescribeExport option, OptionReply reply)
            throws IOException {
        String name = option.name();
        Optional<NbdExport> found = option.enter() ? exports.attach(name) : exports.find(name);
        if (found.isEmpty()) {
            reply.error(OptionReply.ERR_UNKNOWN, "no export of this name");
            return Optional.empty();
        }
        NbdExport export = found.get();
        reply.infoExport(
                export.device().sizeBytes(),
                TransmissionFlags.of(export, negotiated.structuredReplies()));
        if (option.wanted().contains(OptionReply.INFO_NAME)) {
            reply.infoText(OptionReply.INFO_NAME, export.name());
        }
        if (option.wanted().contains(OptionReply.INFO_DESCRIPTION)
                && !export.description().isEmpty()) {
            reply.infoText(OptionReply.INFO_DESCRIPTION, export.description());
        }
        if (option.wanted().contains(OptionReply.INFO_BLOCK_SIZE)) {
            reply.infoBlockSize(1, preferredBlockBytes(export), limits.maxRequestBytes());
        }
        reply.ack();
        return option.enter() ? Optional.of(attached(export, name)) : Optional.empty();
    }

    private void answerContexts(Option.MetaContexts option, OptionReply reply) throws IOException {
        if (option.select()) {
            negotiated = negotiated.withAllocationOf(null);
        }
        if (!negotiated.structuredReplies()) {
            reply.error(OptionReply.ERR_INVALID, "structured replies come first");
            return;
        }
        if (exports.find(option.export()).isEmpty()) {
            reply.error(OptionReply.ERR_UNKNOWN, "no export of this name");
            return;
        }
        if (option.select()) {
            if (option.queries().contains(ALLOCATION_CONTEXT)) {
                negotiated = negotiated.withAllocationOf(option.export());
                reply.metaContext(ExportCommands.ALLOCATION_CONTEXT, ALLOCATION_CONTEXT);
            }
        } else if (option.queries().isEmpty()
                || option.queries().stream().anyMatch(QUERIES_THAT_LIST::contains)) {
            reply.metaContext(0, ALLOCATION_CONTEXT);
        }
        reply.ack();
    }

    private Outcome attached(NbdExport export, String requestedName) {
        return new Outcome.Attached(
                export,
                negotiated.structuredReplies(),
                negotiated.reportsAllocationOf(requestedName));
    }

    private int preferredBlockBytes(NbdExport export) {
        int preferred = export.device().capabilities().preferredBlockBytes();
        return Math.clamp(preferred, MIN_PREFERRED_BLOCK_BYTES, limits.maxRequestBytes());
    }

    /** Receives until this many bytes are there in one piece; false at the end of the stream. */
    private boolean fill(int bytes) throws IOException {
        in.reserve(bytes);
        while (in.buffered() < bytes) {
            out.drain();
            if (in.receiveBlocking(bytes) < 0) {
                return false;
            }
        }
        return true;
    }
}

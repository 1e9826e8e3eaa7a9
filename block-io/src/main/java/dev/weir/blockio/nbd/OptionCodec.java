package dev.weir.blockio.nbd;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns the data of an option into an {@link Option}. No length inside the data is believed before
 * it is compared with what is there, and data must be used up to its last byte.
 */
final class OptionCodec {
    private OptionCodec() {}

    static Option decode(int code, ByteBuffer data) {
        try {
            return switch (code) {
                case Option.EXPORT_NAME -> new Option.EnterExport(string(data, data.remaining()));
                case Option.ABORT -> new Option.Abort();
                case Option.LIST -> empty(data, new Option.ListExports());
                case Option.STARTTLS -> empty(data, new Option.StartTls());
                case Option.INFO -> describe(data, false);
                case Option.GO -> describe(data, true);
                case Option.STRUCTURED_REPLY -> empty(data, new Option.UseStructuredReplies());
                case Option.LIST_META_CONTEXT -> contexts(data, false);
                case Option.SET_META_CONTEXT -> contexts(data, true);
                default -> new Option.Refused(OptionReply.ERR_UNSUP, "unknown option");
            };
        } catch (Malformed e) {
            return new Option.Refused(e.error, e.getMessage());
        }
    }

    private static Option empty(ByteBuffer data, Option option) throws Malformed {
        return end(data, option);
    }

    private static Option describe(ByteBuffer data, boolean enter) throws Malformed {
        String name = string(data, integer(data));
        if (data.remaining() < Short.BYTES) {
            throw new Malformed("the number of information requests is missing");
        }
        int count = Short.toUnsignedInt(data.getShort());
        if (data.remaining() != count * Short.BYTES) {
            throw new Malformed("the number of information requests does not fit the length");
        }
        Set<Integer> wanted = new HashSet<>();
        for (int i = 0; i < count; i++) {
            wanted.add(Short.toUnsignedInt(data.getShort()));
        }
        return new Option.DescribeExport(name, Set.copyOf(wanted), enter);
    }

    private static Option contexts(ByteBuffer data, boolean select) throws Malformed {
        String export = string(data, integer(data));
        int count = integer(data);
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queries.add(string(data, integer(data)));
        }
        return end(data, new Option.MetaContexts(export, List.copyOf(queries), select));
    }

    private static Option end(ByteBuffer data, Option option) throws Malformed {
        if (data.hasRemaining()) {
            throw new Malformed(data.remaining() + " bytes too many");
        }
        return option;
    }

    /** A count or length that the rest of the data can hold, one byte each at least. */
    private static int integer(ByteBuffer data) throws Malformed {
        if (data.remaining() < Integer.BYTES) {
            throw new Malformed("a length is cut off");
        }
        int value = data.getInt();
        if (value < 0 || value > data.remaining()) {
            throw new Malformed("a length leaves the option");
        }
        return value;
    }

    private static String string(ByteBuffer data, int length) throws Malformed {
        if (length > NbdExport.MAX_STRING_BYTES) {
            throw new Malformed(OptionReply.ERR_TOO_BIG, "a string is longer than 4096 bytes");
        }
        ByteBuffer bytes = data.slice(data.position(), length);
        data.position(data.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException _) {
            throw new Malformed("a string is not UTF-8");
        }
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final int error;

        Malformed(String message) {
            this(OptionReply.ERR_INVALID, message);
        }

        Malformed(int error, String message) {
            super(message);
            this.error = error;
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}

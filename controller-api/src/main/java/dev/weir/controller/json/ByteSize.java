package dev.weir.controller.json;

import java.util.regex.Pattern;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.ToStringSerializer;

/**
 * A number of bytes that came from outside: an integer, or a string of an integer and a binary unit
 * such as {@code "10GiB"}. Decimal units are refused rather than guessed: 10 GB is not 10 GiB.
 *
 * <p>Whether a size is possible is for its user to say, so negative ones are read too, and absurd
 * ones as the nearest that fits.
 */
@JsonDeserialize(using = ByteSize.Reader.class)
@JsonSerialize(using = ToStringSerializer.class)
public record ByteSize(long bytes, String written) {
    public ByteSize(long bytes) {
        this(bytes, Long.toString(bytes));
    }

    /** What a size looks like, for people. */
    public static final String FORM_IN_WORDS =
            "A size is a whole number of bytes, or a string of one with a binary unit such as"
                    + " \"10GiB\"; units are B, KiB, MiB, GiB, TiB and PiB.";

    private static final Pattern FORM = Pattern.compile("(-?)([0-9]{1,30})(?: ?([KMGTP]i)?B)?");
    private static final int MAX_SHOWN_CHARS = 40;
    private static final String UNITS = "KMGTP";

    /** Reads a size; throws with {@link #FORM_IN_WORDS}. */
    public static ByteSize parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(FORM_IN_WORDS);
        }
        boolean negative = !match.group(1).isEmpty();
        var unit = match.group(3);
        int shift = unit == null ? 0 : 10 * (UNITS.indexOf(unit.charAt(0)) + 1);
        try {
            long bytes = Math.multiplyExact(Long.parseLong(match.group(2)), 1L << shift);
            return new ByteSize(negative ? -bytes : bytes);
        } catch (ArithmeticException | NumberFormatException e) {
            return beyond(negative, text);
        }
    }

    /** The number of bytes, or what was written if that has no number here. */
    @Override
    public String toString() {
        return written;
    }

    /** In a sentence. */
    public String inWords() {
        var shown =
                written.length() <= MAX_SHOWN_CHARS
                        ? written
                        : written.substring(0, MAX_SHOWN_CHARS) + "...";
        return shown.endsWith("B") ? shown : shown + " bytes";
    }

    private static ByteSize beyond(boolean negative, String written) {
        return new ByteSize(negative ? Long.MIN_VALUE : Long.MAX_VALUE, written);
    }

    /** Reads both forms, and nothing else: no fractions, no exponents, no booleans. */
    static final class Reader extends StdDeserializer<ByteSize> {
        Reader() {
            super(ByteSize.class);
        }

        @Override
        public ByteSize deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
                return switch (parser.getNumberType()) {
                    case INT, LONG -> new ByteSize(parser.getLongValue());
                    case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL ->
                            beyond(
                                    parser.getBigIntegerValue().signum() < 0,
                                    parser.getBigIntegerValue().toString());
                };
            }
            if (parser.hasToken(JsonToken.VALUE_STRING)) {
                try {
                    return parse(parser.getString());
                } catch (IllegalArgumentException e) {
                    return context.reportInputMismatch(ByteSize.class, "%s", e.getMessage());
                }
            }
            return context.reportInputMismatch(ByteSize.class, FORM_IN_WORDS);
        }
    }
}

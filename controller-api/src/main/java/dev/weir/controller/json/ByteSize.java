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
 * such as {@code "10GiB"}. Negative ones are read too, so that whoever needs the size can say what
 * is wrong with it. Decimal units are refused rather than guessed: 10 GB is not 10 GiB.
 */
@JsonDeserialize(using = ByteSize.Reader.class)
@JsonSerialize(using = ToStringSerializer.class)
public record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,19})(?: ?([KMGTP]i)?B)?");
    private static final String UNITS = "KMGTP";

    /** Reads a size; throws with a sentence for people. */
    public static ByteSize parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "a size is a whole number of bytes, or one with a binary unit: 10GiB; units are B, KiB, MiB, GiB, TiB and PiB");
        }
        var unit = match.group(2);
        int shift = unit == null ? 0 : 10 * (UNITS.indexOf(unit.charAt(0)) + 1);
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(match.group(1)), 1L << shift));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("a size fits in 63 bits", e);
        }
    }

    @Override
    public String toString() {
        return Long.toString(bytes);
    }

    /** Reads both forms, and nothing else: no fractions, no exponents, no booleans. */
    static final class Reader extends StdDeserializer<ByteSize> {
        Reader() {
            super(ByteSize.class);
        }

        @Override
        public ByteSize deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
                return new ByteSize(parser.getLongValue());
            }
            if (parser.hasToken(JsonToken.VALUE_STRING)) {
                try {
                    return parse(parser.getString());
                } catch (IllegalArgumentException e) {
                    return context.reportInputMismatch(ByteSize.class, "%s", e.getMessage());
                }
            }
            return context.reportInputMismatch(
                    ByteSize.class, "a size is an integer of bytes or a string such as \"10GiB\"");
        }
    }
}

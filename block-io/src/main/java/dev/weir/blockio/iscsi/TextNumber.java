package dev.weir.blockio.iscsi;

import java.util.OptionalLong;

/** Numbers in text values: decimal, or hexadecimal after 0x (RFC 7143 6.1). */
final class TextNumber {
    private TextNumber() {}

    /** Longest form of a number that is taken: 2^64 has twenty decimal digits. */
    private static final int MAX_DIGITS = 20;

    private static final int DECIMAL = 10;
    private static final int HEXADECIMAL = 16;

    static OptionalLong parse(String text) {
        boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
        String digits = hexadecimal ? text.substring(2) : text;
        int radix = hexadecimal ? HEXADECIMAL : DECIMAL;
        if (digits.isEmpty()
                || digits.length() > MAX_DIGITS
                || !digits.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(digits, radix));
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }
}

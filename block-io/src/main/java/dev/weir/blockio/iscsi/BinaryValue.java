package dev.weir.blockio.iscsi;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Binary values in text: hexadecimal after 0x, Base64 after 0b (RFC 7143 6.1). */
final class BinaryValue {
    private BinaryValue() {}

    private static final int PREFIX_CHARS = 2;
    private static final int HEX_CHARS_PER_BYTE = 2;
    private static final int BASE64_GROUP_CHARS = 4;
    private static final int BASE64_GROUP_BYTES = 3;

    static String encode(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    /** The bytes, if the text is well formed; its length is checked before memory is taken. */
    static Optional<byte[]> decode(String text, int maxBytes) {
        if (text.length() < PREFIX_CHARS || text.charAt(0) != '0') {
            return Optional.empty();
        }
        String digits = text.substring(PREFIX_CHARS);
        try {
            return switch (text.charAt(1)) {
                case 'x', 'X' ->
                        digits.length() > HEX_CHARS_PER_BYTE * maxBytes
                                ? Optional.empty()
                                : Optional.of(HexFormat.of().parseHex(digits));
                case 'b', 'B' -> decodeBase64(digits, maxBytes);
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> decodeBase64(String digits, int maxBytes) {
        int groups = Math.ceilDiv(maxBytes, BASE64_GROUP_BYTES);
        if (digits.length() > BASE64_GROUP_CHARS * groups) {
            return Optional.empty();
        }
        byte[] bytes = Base64.getDecoder().decode(digits);
        return bytes.length > maxBytes ? Optional.empty() : Optional.of(bytes);
    }
}

package dev.weir.blockio.iscsi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keys and values of login and text PDUs (RFC 7143 6.1): {@code key=value}, each ended by a zero
 * byte.
 */
final class TextKeys {
    private TextKeys() {}

    /** RFC 7143 6.1. */
    static final int MAX_KEY_BYTES = 63;

    /** What a single value may have unless its own description says otherwise (RFC 7143 6.1). */
    static final int MAX_VALUE_BYTES = 255;

    /** Binary values and lists may be longer, in one form or the other (RFC 7143 6.1). */
    static final int MAX_LONG_VALUE_BYTES = 8192;

    /**
     * Keys in one text, and in one login: several times as many as there are. Each costs memory,
     * and an answer that may be longer than itself.
     */
    static final int MAX_KEYS = 256;

    static final String REJECT = "Reject";
    static final String IRRELEVANT = "Irrelevant";
    static final String NOT_UNDERSTOOD = "NotUnderstood";

    /** Text that is not keys and values, or has one key twice. */
    static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;

        SyntaxException(String message) {
            super(message);
        }
    }

    /** Takes text apart; keeps the order of the keys. */
    static Map<String, String> parse(byte[] text) throws SyntaxException {
        Map<String, String> keys = new LinkedHashMap<>();
        int start = 0;
        while (start < text.length) {
            int end = start;
            while (end < text.length && text[end] != 0) {
                end++;
            }
            // Some initiators pad with zeros inside the data segment.
            if (end > start) {
                add(new String(text, start, end - start, StandardCharsets.UTF_8), keys);
            }
            start = end + 1;
        }
        return keys;
    }

    static void write(String key, String value, ByteArrayOutputStream text) {
        text.writeBytes((key + '=' + value).getBytes(StandardCharsets.UTF_8));
        text.write(0);
    }

    private static void add(String pair, Map<String, String> keys) throws SyntaxException {
        int equals = pair.indexOf('=');
        if (equals <= 0 || equals > MAX_KEY_BYTES) {
            throw new SyntaxException("no key of at most 63 bytes before '='");
        }
        String key = pair.substring(0, equals);
        if (!key.chars().allMatch(TextKeys::allowedInKey)) {
            throw new SyntaxException("a key with characters that no key has");
        }
        if (pair.length() - equals > MAX_LONG_VALUE_BYTES) {
            throw new SyntaxException("the value of " + key + " is too long");
        }
        if (keys.size() == MAX_KEYS) {
            throw new SyntaxException("too many keys");
        }
        if (keys.put(key, pair.substring(equals + 1)) != null) {
            throw new SyntaxException("key " + key + " twice");
        }
    }

    /** RFC 7143 6.1, standard-label, and # of the X# form. */
    private static boolean allowedInKey(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '+'
                || c == '@'
                || c == '_'
                || c == '#';
    }
}

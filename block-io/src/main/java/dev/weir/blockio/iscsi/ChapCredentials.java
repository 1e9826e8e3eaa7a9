package dev.weir.blockio.iscsi;

import java.nio.charset.StandardCharsets;

/**
 * A name and the secret that proves it (RFC 7143 12.1.3).
 *
 * @param secret at least {@value #MIN_SECRET_BYTES} bytes of UTF-8, which RFC 7143 9.2.1 asks for
 *     without IPsec; never shown
 */
public record ChapCredentials(String user, String secret) {

    /** 96 bits. */
    public static final int MIN_SECRET_BYTES = 12;

    public static final int MAX_SECRET_BYTES = 255;

    public ChapCredentials {
        if (user.isEmpty() || utf8(user).length > TextKeys.MAX_VALUE_BYTES) {
            throw new IllegalArgumentException("CHAP name is empty or longer than 255 bytes");
        }
        int bytes = utf8(secret).length;
        if (bytes < MIN_SECRET_BYTES || bytes > MAX_SECRET_BYTES) {
            throw new IllegalArgumentException("CHAP secret has not 12 to 255 bytes");
        }
    }

    byte[] secretBytes() {
        return utf8(secret);
    }

    @Override
    public String toString() {
        return "ChapCredentials[user=" + user + ", secret=***]";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

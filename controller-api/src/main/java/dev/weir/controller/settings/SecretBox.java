package dev.weir.controller.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets that the database keeps, so that a copy of the database tells none of them. The key
 * is a file of mode 0600 beside it. AES-256-GCM with a random nonce before each sealed text, and
 * HMAC-SHA-256, under a key derived from it, for what is only compared; usable from any thread.
 */
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String MAC = "HmacSHA256";

    /**
     * No key serves two purposes: that for fingerprints is the fingerprint of this under the key.
     */
    private static final byte[] FINGERPRINTS = "fingerprints".getBytes(StandardCharsets.US_ASCII);

    private final SecretKey key;
    private final SecretKey fingerprintKey;
    private final SecureRandom random;

    private SecretBox(byte[] key, SecureRandom random) {
        this.key = new SecretKeySpec(key, "AES");
        this.fingerprintKey =
                new SecretKeySpec(mac(new SecretKeySpec(key, MAC), FINGERPRINTS), MAC);
        this.random = random;
    }

    /** Takes the key of the file, which is made if there is none. */
    static SecretBox of(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            create(file, random);
        }
        var key = Files.readAllBytes(file);
        if (key.length != KEY_BYTES) {
            throw new IOException("%s does not hold a key".formatted(file));
        }
        return new SecretBox(key, random);
    }

    public String seal(String secret) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            var sealed = cipher.doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder()
                    .encodeToString(
                            ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                                    .put(nonce)
                                    .put(sealed)
                                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /** The secret; empty if it was sealed with another key or changed since. */
    public Optional<String> open(String text) {
        try {
            var sealed = Base64.getDecoder().decode(text);
            var cipher = Cipher.getInstance(CIPHER);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    key,
                    new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
            return Optional.of(
                    new String(
                            cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES),
                            StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * 64 hexadecimal digits that tell one text from another. Unlike those of a plain hash, whoever
     * has them but not the key cannot try out what the text may have been.
     */
    public String fingerprint(byte[] text) {
        return HexFormat.of().formatHex(mac(fingerprintKey, text));
    }

    private static byte[] mac(SecretKey key, byte[] text) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }

    /**
     * Written beside, synced and moved in place: neither a crash nor a loss of power leaves half.
     */
    private static void create(Path file, SecureRandom random) throws IOException {
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        var partial = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(partial);
        Files.createFile(
                partial,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(key));
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        try (var parent = FileChannel.open(file.toAbsolutePath().getParent())) {
            parent.force(true);
        }
    }
}

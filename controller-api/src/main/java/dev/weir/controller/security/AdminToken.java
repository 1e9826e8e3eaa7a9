package dev.weir.controller.security;

import dev.weir.controller.settings.DataDirectory;
import dev.weir.controller.settings.ExitCode;
import dev.weir.controller.settings.StartupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The administrator's secret. Compared in constant time, never logged, never returned. */
public final class AdminToken {
    private static final int RANDOM_BYTES = 32;
    private static final int MIN_CHARS = 16;

    private final byte[] token;

    AdminToken(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    /** The configured token if there is one; else that of the data directory, made at need. */
    static AdminToken load(
            @Nullable String configured, DataDirectory directory, SecureRandom random)
            throws StartupException {
        if (configured != null && !configured.isEmpty()) {
            return checked(configured, "WEIR_ADMIN_TOKEN");
        }
        var file = directory.adminToken();
        try {
            if (!Files.exists(file)) {
                create(file, random);
            }
            return checked(Files.readString(file).strip(), file.toString());
        } catch (IOException e) {
            throw new StartupException(
                    ExitCode.CANNOT_START, "cannot read the token in %s: %s".formatted(file, e), e);
        }
    }

    boolean matches(String presented) {
        return MessageDigest.isEqual(token, presented.getBytes(StandardCharsets.UTF_8));
    }

    private static AdminToken checked(String token, String source) throws StartupException {
        if (token.length() < MIN_CHARS) {
            throw new StartupException(
                    ExitCode.CANNOT_START,
                    "the token in %s is shorter than %d characters".formatted(source, MIN_CHARS));
        }
        return new AdminToken(token);
    }

    /** Written beside and moved in place, so that a crash leaves no half of a token. */
    private static void create(Path file, SecureRandom random) throws IOException {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var partial = file.resolveSibling("admin-token.new");
        Files.deleteIfExists(partial);
        Files.createFile(
                partial,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(partial, token + "\n");
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

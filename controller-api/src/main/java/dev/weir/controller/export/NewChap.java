package dev.weir.controller.export;

import dev.weir.blockio.iscsi.ChapCredentials;
import dev.weir.controller.problem.Problems;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A CHAP name and secret that a client wants to be asked for. */
@Schema(requiredProperties = {"user", "secret"})
record NewChap(
        @Schema(example = "db-host") @Nullable String user,
        @Schema(
                        description =
                                "12 to 255 printable ASCII characters, never returned; some initiators take at most 16",
                        accessMode = Schema.AccessMode.WRITE_ONLY)
                @Nullable String secret) {

    /** RFC 7143 9.2.1 asks for 96 bits; what is longer or not printable few initiators can send. */
    private static final Pattern SECRET =
            Pattern.compile(
                    "[!-~](?:[ -~]{%d,%d})[!-~]"
                            .formatted(
                                    ChapCredentials.MIN_SECRET_BYTES - 2,
                                    ChapCredentials.MAX_SECRET_BYTES - 2));

    private static final Pattern USER = Pattern.compile("[!-~]{1,255}");

    /** The credentials, which must be possible; the name of their field is for the problem. */
    ChapCredentials checked(String field) {
        if (user == null) {
            throw Problems.missing(field + ".user");
        }
        if (secret == null) {
            throw Problems.missing(field + ".secret");
        }
        if (!USER.matcher(user).matches()) {
            throw Problems.invalid(
                    field + ".user",
                    "This is not a name for CHAP.",
                    "Use 1 to 255 printable ASCII characters without spaces.");
        }
        if (!SECRET.matcher(secret).matches()) {
            throw Problems.invalid(
                    field + ".secret",
                    "This is not a secret for CHAP.",
                    "Use 12 to 255 printable ASCII characters; 12 to 16 suit every initiator.");
        }
        return new ChapCredentials(user, secret);
    }

    /** Without the secret, for logs. */
    @Override
    public String toString() {
        return "NewChap[user=" + user + "]";
    }
}

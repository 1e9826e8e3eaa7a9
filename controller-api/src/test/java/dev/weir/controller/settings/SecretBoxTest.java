package dev.weir.controller.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
    private static final String SECRET = "correct horse battery";

    @TempDir Path directory;

    @Test
    void shouldOpenWhatItSealedAlsoAfterARestart() throws IOException {
        var sealed = box("key").seal(SECRET);

        assertThat(sealed).doesNotContain("horse");
        assertThat(box("key").open(sealed)).contains(SECRET);
        assertThat(box("key").seal(SECRET)).isNotEqualTo(sealed);
    }

    @Test
    void shouldKeepItsKeyFromOthers() throws IOException {
        box("key");

        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.resolve("key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldNotOpenWhatWasSealedWithAnotherKeyOrChanged() throws IOException {
        var sealed = box("key").seal(SECRET);

        assertThat(box("other").open(sealed)).isEmpty();
        assertThat(box("key").open("AAAA" + sealed.substring(4))).isEmpty();
        assertThat(box("key").open("")).isEmpty();
        assertThat(box("key").open("no base64!")).isEmpty();
    }

    /** A plain hash would be the same whatever the key, and could be guessed from the database. */
    @Test
    void shouldTellTextsApartOnlyForWhoeverHasItsKey() throws IOException {
        var text = SECRET.getBytes(StandardCharsets.UTF_8);
        var fingerprint = box("key").fingerprint(text);

        assertThat(fingerprint).matches("[0-9a-f]{64}");
        assertThat(box("key").fingerprint(text)).isEqualTo(fingerprint);
        assertThat(box("key").fingerprint(new byte[] {1})).isNotEqualTo(fingerprint);
        assertThat(box("other").fingerprint(text)).isNotEqualTo(fingerprint);
    }

    @Test
    void shouldRefuseAFileThatHoldsNoKey() throws IOException {
        Files.writeString(directory.resolve("key"), "short");

        assertThatThrownBy(() -> box("key")).isInstanceOf(IOException.class);
    }

    private SecretBox box(String file) throws IOException {
        return SecretBox.of(directory.resolve(file), new SecureRandom());
    }
}

package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.db.PersistentReservationStore;
import dev.weir.db.VolumeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports over iSCSI as REST sees them, and what is remembered of them. */
class IscsiExportTest {
    private static final String CHAP =
            """
            {"protocol":"iscsi","readOnly":true,"blockSize":4096,
             "initiators":["iqn.1993-08.org.debian:01:ABC"],
             "chap":{"user":"reader","secret":"twelve chars"},
             "mutualChap":{"user":"weir","secret":"thirteen chars"}}\
            """;

    private static final String ACCESS =
            "\"chap\":{\"user\":\"reader\",\"secret\":\"twelve chars\"}";

    @TempDir Path directory;

    @Test
    void shouldOfferATargetAndKeepItAcrossARestartWithoutEverTellingItsSecrets() throws Exception {
        try (var weir = start("--weir.iscsi-advertise=san.example:3261")) {
            create(weir);
            var answer = weir.post("/api/v1/volumes/db01/exports", CHAP);

            assertThat(answer.status()).isEqualTo(201);
            var export = answer.json();
            assertThat(export.path("target").asString()).isEqualTo("iqn.2026-11.dev.weir:db01");
            assertThat(export.path("lun").asInt()).isZero();
            assertThat(export.path("uri").asString())
                    .isEqualTo("iscsi://san.example:3261/iqn.2026-11.dev.weir:db01/0");
            assertThat(export.path("state").asString()).isEqualTo("ONLINE");
            assertThat(export.path("blockSizeBytes").asInt()).isEqualTo(4096);
            assertThat(export.path("initiators").path(0).asString())
                    .isEqualTo("iqn.1993-08.org.debian:01:abc");
            assertThat(export.path("chapUser").asString()).isEqualTo("reader");
            assertThat(export.path("mutualChapUser").asString()).isEqualTo("weir");
            assertThat(export.path("clients")).isEmpty();
            assertThat(answer.response().body()).doesNotContain("twelve", "thirteen");
        }
        try (var weir = start()) {
            var exports = weir.get("/api/v1/exports");
            assertThat(exports.json().path("items").path(0).path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(exports.json().path("items").path(0).path("uri").asString())
                    .isEqualTo(
                            "iscsi://127.0.0.1:%d/iqn.2026-11.dev.weir:db01/0"
                                    .formatted(weir.server().iscsiPort()));
            assertThat(exports.response().body()).doesNotContain("twelve", "thirteen");
        }
        try (Stream<Path> files = Files.list(directory.resolve("data").resolve("db"))) {
            for (var file : files.toList()) {
                assertThat(
                                new String(
                                        Files.readAllBytes(file),
                                        java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain("twelve chars", "thirteen chars");
            }
        }
    }

    @Test
    void shouldNotOpenATargetToAnybodyWhenItsSecretsCannotBeRead() throws Exception {
        try (var weir = start()) {
            create(weir);
            weir.post("/api/v1/volumes/db01/exports", CHAP);
        }
        Files.delete(directory.resolve("data").resolve("secret-key"));

        try (var weir = start()) {
            assertThat(
                            weir.get("/api/v1/exports")
                                    .json()
                                    .path("items")
                                    .path(0)
                                    .path("state")
                                    .asString())
                    .isEqualTo("OFFLINE");
        }
    }

    @Test
    void shouldExportAVolumeOverBothProtocolsAndWithdrawEachAlone() throws Exception {
        try (var weir = start()) {
            create(weir);
            var iscsi = weir.post("/api/v1/volumes/db01/exports", "{\"protocol\":\"iscsi\"}");
            var nbd = weir.post("/api/v1/volumes/db01/exports", "{\"protocol\":\"nbd\"}");
            assertThat(weir.get("/api/v1/volumes/db01").json().path("exports")).hasSize(2);

            assertThat(weir.delete("/api/v1/exports/" + id(nbd)).status()).isEqualTo(204);
            assertThat(weir.get("/api/v1/exports/" + id(iscsi)).json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(weir.delete("/api/v1/volumes/db01").problem()).isEqualTo("volume-exported");
            assertThat(weir.delete("/api/v1/exports/" + id(iscsi)).status()).isEqualTo(204);
            assertThat(weir.delete("/api/v1/volumes/db01").status()).isEqualTo(204);
        }
    }

    @Test
    void shouldRememberReservationsAsLongAsTheirVolume() throws Exception {
        try (var weir = start()) {
            create(weir);
            var volume = weir.bean(VolumeStore.class).byName("db01").orElseThrow().id();
            var reservations = weir.bean(PersistentReservationStore.class);
            reservations.save(volume, new byte[] {1});
            reservations.save(volume, new byte[] {2, 3});
            assertThat(reservations.load(volume)).containsExactly(2, 3);

            weir.delete("/api/v1/volumes/db01");
            assertThat(reservations.load(volume)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"protocol\":\"iscsi\",\"blockSize\":1024}",
                "{\"protocol\":\"iscsi\",\"initiators\":[\"somebody\"]}",
                "{\"protocol\":\"iscsi\",\"initiators\":[\"iqn.1993-08.org.debian:a b\"]}",
                "{\"protocol\":\"iscsi\",\"initiators\":[null]}",
                "{\"protocol\":\"iscsi\",\"chap\":{\"user\":\"u\",\"secret\":\"eleven char\"}}",
                "{\"protocol\":\"iscsi\",\"chap\":{\"user\":\"\",\"secret\":\"twelve chars\"}}",
                "{\"protocol\":\"iscsi\",\"mutualChap\":{\"user\":\"u\",\"secret\":\"twelve chars\"}}",
                "{\"protocol\":\"iscsi\",\"chap\":{\"user\":\"u\",\"secret\":\"twelve chars\"},\"mutualChap\":{\"user\":\"v\",\"secret\":\"twelve chars\"}}",
                "{\"protocol\":\"nbd\",\"chap\":{\"user\":\"u\",\"secret\":\"twelve chars\"}}"
            })
    void shouldRefuseATargetThatCannotBe(String body) throws Exception {
        try (var weir = start()) {
            create(weir);
            var answer = weir.post("/api/v1/volumes/db01/exports", body);

            assertThat(answer.status()).as(answer.response().body()).isEqualTo(422);
            assertThat(answer.problem()).isEqualTo("invalid-value");
            assertThat(answer.response().body()).doesNotContain("twelve chars", "eleven char");
            assertThat(weir.get("/api/v1/exports").json().path("items")).isEmpty();
        }
    }

    @Test
    void shouldLetVolumesShareATargetAndItsAccess() throws Exception {
        try (var weir = start()) {
            create(weir, "db01", "db02", "db03", "shared");
            var first = export(weir, "db01", "\"target\":\"shared\",\"lun\":3," + ACCESS);
            var second = export(weir, "db02", "\"target\":\"shared\"");

            assertThat(first.json().path("uri").asString()).endsWith(":shared/3");
            assertThat(second.json().path("uri").asString()).endsWith(":shared/0");
            assertThat(second.json().path("target").asString())
                    .isEqualTo("iqn.2026-11.dev.weir:shared");
            assertThat(second.json().path("chapUser").asString()).isEqualTo("reader");
            assertThat(export(weir, "db03", "\"target\":\"shared\",\"lun\":3").problem())
                    .isEqualTo("lun-taken");
            assertThat(export(weir, "db03", "\"target\":\"shared\"," + ACCESS).problem())
                    .isEqualTo("invalid-value");
            assertThat(export(weir, "db03", "\"target\":\"other\",\"lun\":256").problem())
                    .isEqualTo("invalid-value");
            assertThat(export(weir, "shared", "\"readOnly\":true").problem())
                    .as("the volume's own name is the name of a target with other volumes")
                    .isEqualTo("lun-taken");

            assertThat(weir.delete("/api/v1/exports/" + id(first)).status()).isEqualTo(204);
            assertThat(weir.get("/api/v1/exports/" + id(second)).json().path("state").asString())
                    .isEqualTo("ONLINE");
        }
        try (var weir = start()) {
            var left = weir.get("/api/v1/exports").json().path("items");
            assertThat(left).hasSize(1);
            assertThat(left.path(0).path("state").asString()).isEqualTo("ONLINE");
            assertThat(left.path(0).path("uri").asString()).endsWith(":shared/0");
        }
    }

    private static RunningController.Answer export(
            RunningController weir, String volume, String fields) {
        return weir.post(
                "/api/v1/volumes/%s/exports".formatted(volume),
                "{\"protocol\":\"iscsi\",%s}".formatted(fields));
    }

    private RunningController start(String... arguments) throws Exception {
        return RunningController.start(directory.resolve("data"), arguments);
    }

    private static void create(RunningController weir) {
        create(weir, "db01");
    }

    private static void create(RunningController weir, String... names) {
        for (var name : names) {
            weir.post(
                    "/api/v1/volumes",
                    "{\"name\":\"%s\",\"pool\":\"default\",\"size\":\"1GiB\"}".formatted(name));
        }
    }

    private static String id(RunningController.Answer answer) {
        return answer.json().path("id").asString();
    }
}

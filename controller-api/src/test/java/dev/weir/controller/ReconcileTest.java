package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.controller.pool.OpenPools;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start does about devices and a database that do not agree. */
class ReconcileTest {
    @TempDir Path directory;

    @Test
    void shouldRebuildTheDatabaseFromTheDevices() throws Exception {
        try (var weir = start()) {
            create(weir, "default", "kept");
        }
        deleteDatabase();

        try (var weir = start()) {
            assertThat(weir.get("/api/v1/volumes/kept").json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(kinds(weir)).contains("POOL_ADOPTED", "VOLUME_ADOPTED");
            assertThat(weir.get("/api/v1/pools").json().path("items")).hasSize(1);
        }
        try (var weir = start()) {
            assertThat(kinds(weir)).isEmpty();
        }
    }

    @Test
    void shouldFindADeviceThatTheDatabaseForgotBesideOneThatItKnows() throws Exception {
        var first = directory.resolve("wide-0");
        var second = directory.resolve("wide-1");
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    "{\"name\":\"wide\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                            .formatted(first));
            weir.post(
                    "/api/v1/pools/wide/devices",
                    "{\"path\":\"%s\",\"size\":\"64MiB\"}".formatted(second));
            forget(weir, second);
        }

        try (var weir = start()) {
            assertThat(devices(weir, "wide"))
                    .containsExactlyInAnyOrder(first + " ONLINE", second + " ONLINE");
            assertThat(kinds(weir)).containsExactly("POOL_ADOPTED");
        }
        try (var weir = start()) {
            assertThat(kinds(weir)).isEmpty();
        }
    }

    @Test
    void shouldNotTakeACopyOfADeviceForTheDevice() throws Exception {
        var device = directory.resolve("one-0");
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    "{\"name\":\"one\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                            .formatted(device));
        }
        Files.copy(device, directory.resolve("copy-of-one-0"));

        try (var weir = start()) {
            assertThat(devices(weir, "one")).containsExactly(device + " ONLINE");
            assertThat(kinds(weir)).isEmpty();
        }
    }

    @Test
    void shouldFindAPoolThatTheDatabaseForgotUnderANameThatIsTaken() throws Exception {
        var forgotten = directory.resolve("data").resolve("devices").resolve("old-0");
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    "{\"name\":\"twin\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                            .formatted(forgotten));
            create(weir, "twin", "kept");
        }
        deleteDatabase();
        var hidden = directory.resolve("hidden");
        Files.move(forgotten, hidden);
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    "{\"name\":\"twin\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                            .formatted(directory.resolve("new-0")));
        }
        Files.move(hidden, forgotten);

        try (var weir = start()) {
            var volume = weir.get("/api/v1/volumes/kept").json();
            assertThat(volume.path("state").asString()).isEqualTo("ONLINE");
            assertThat(volume.path("pool").asString()).startsWith("pool-");
            assertThat(kinds(weir)).containsExactly("POOL_ADOPTED", "VOLUME_ADOPTED");
        }
    }

    @Test
    void shouldMarkAVolumeThatItsPoolDoesNotHave() throws Exception {
        try (var weir = start()) {
            create(weir, "default", "lost");
            var volume = weir.bean(VolumeStore.class).byName("lost").orElseThrow();
            weir.bean(OpenPools.class)
                    .serving(volume.poolId())
                    .orElseThrow()
                    .deleteVolume(volume.id());
        }

        try (var weir = start()) {
            assertThat(weir.get("/api/v1/volumes/lost").json().path("state").asString())
                    .isEqualTo("MISSING");
            assertThat(kinds(weir)).containsExactly("VOLUME_MISSING");
            assertThat(
                            weir.post("/api/v1/volumes/lost/exports", "{\"protocol\":\"nbd\"}")
                                    .problem())
                    .isEqualTo("volume-not-online");
            assertThat(weir.delete("/api/v1/volumes/lost").status()).isEqualTo(204);
        }
    }

    @Test
    void shouldServeTheOtherPoolsWhenOneIsDamaged() throws Exception {
        var device = directory.resolve("bad-0");
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    "{\"name\":\"bad\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                            .formatted(device));
            create(weir, "bad", "offline");
            weir.post("/api/v1/volumes/offline/exports", "{\"protocol\":\"nbd\"}");
            create(weir, "default", "online");
        }
        Files.write(device, new byte[1 << 20]);

        try (var weir = start()) {
            var pool = weir.get("/api/v1/pools/bad").json();
            assertThat(pool.path("state").asString()).isEqualTo("FAILED");
            assertThat(pool.path("reason").asString()).isNotBlank();
            assertThat(weir.get("/api/v1/volumes/offline").json().path("state").asString())
                    .isEqualTo("OFFLINE");
            assertThat(create(weir, "bad", "more").problem()).isEqualTo("pool-unavailable");
            assertThat(weir.delete("/api/v1/volumes/online").status()).isEqualTo(204);
            assertThat(kinds(weir)).contains("POOL_FAILED", "EXPORT_OFFLINE");
            assertThat(weir.get("/actuator/health").status()).isEqualTo(503);
            assertThat(weir.get("/actuator/health/readiness").status()).isEqualTo(200);
        }
    }

    @Test
    void shouldServeTheOtherPoolsWhenADeviceIsGone() throws Exception {
        var device = directory.resolve("gone-0");
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    "{\"name\":\"gone\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                            .formatted(device));
        }
        Files.delete(device);

        try (var weir = start()) {
            assertThat(weir.get("/api/v1/pools/gone").json().path("state").asString())
                    .isEqualTo("FAILED");
            assertThat(weir.get("/api/v1/pools/default").json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(device).doesNotExist();
        }
    }

    @Test
    void shouldKeepAnExportAcrossARestart() throws Exception {
        UUID id;
        try (var weir = start()) {
            create(weir, "default", "db01");
            id =
                    UUID.fromString(
                            weir.post("/api/v1/volumes/db01/exports", "{\"protocol\":\"nbd\"}")
                                    .json()
                                    .path("id")
                                    .asString());
        }

        try (var weir = start()) {
            assertThat(weir.get("/api/v1/exports/" + id).json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(kinds(weir)).isEmpty();
        }
    }

    private RunningController start() throws Exception {
        return RunningController.start(directory.resolve("data"));
    }

    private static RunningController.Answer create(
            RunningController weir, String pool, String name) {
        return weir.post(
                "/api/v1/volumes",
                "{\"name\":\"%s\",\"pool\":\"%s\",\"size\":\"1GiB\"}".formatted(name, pool));
    }

    private static List<String> kinds(RunningController weir) {
        return weir.get("/api/v1/status")
                .json()
                .path("differences")
                .valueStream()
                .map(difference -> difference.path("kind").asString())
                .toList();
    }

    private static void forget(RunningController weir, Path path) {
        var pools = weir.bean(PoolStore.class);
        var row =
                pools.allDevices().stream()
                        .filter(device -> device.path().equals(path.toString()))
                        .findFirst()
                        .orElseThrow();
        pools.deleteDevice(row.id());
    }

    private static List<String> devices(RunningController weir, String pool) {
        return weir.get("/api/v1/pools/" + pool)
                .json()
                .path("devices")
                .valueStream()
                .map(device ->
                        device.path("path").asString() + " " + device.path("state").asString())
                .toList();
    }

    private void deleteDatabase() throws IOException {
        try (var files = Files.list(directory.resolve("data").resolve("db"))) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}

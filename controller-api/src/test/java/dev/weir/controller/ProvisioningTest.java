package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.settings.StartupException;
import dev.weir.db.VolumeStore;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Pools, volumes and exports through REST, on the real engine. */
class ProvisioningTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir static Path directory;

    private static RunningController weir;

    @BeforeAll
    static void start() throws StartupException {
        weir = RunningController.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void shouldHaveTheDefaultPoolAfterTheFirstStart() {
        var pool = weir.get("/api/v1/pools/default").json();

        assertThat(pool.path("state").asString()).isEqualTo("ONLINE");
        assertThat(pool.path("devices").path(0).path("path").asString())
                .endsWith("/devices/default-0");
        assertThat(pool.path("devices").path(0).path("sizeBytes").asLong()).isEqualTo(10L << 30);
    }

    @Test
    void shouldMakeAPoolOnSeveralDevicesAndAddOneToIt() {
        var name = name();
        var answer =
                weir.post(
                        "/api/v1/pools",
                        """
                        {"name":"%s","extentSize":"4MiB","grainSize":4096,
                         "devices":[{"path":"%s","size":"128MiB"},{"path":"%s","size":"64MiB"}]}\
                        """
                                .formatted(name, device(), device()));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/api/v1/pools/" + name);
        assertThat(answer.json().path("extentSizeBytes").asLong()).isEqualTo(4 << 20);
        assertThat(answer.json().path("grainSizeBytes").asLong()).isEqualTo(4096);
        long before = answer.json().path("totalBytes").asLong();

        var added =
                weir.post(
                        "/api/v1/pools/%s/devices".formatted(name),
                        "{\"path\":\"%s\",\"size\":\"128MiB\"}".formatted(device()));

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.json().path("devices")).hasSize(3);
        assertThat(added.json().path("totalBytes").asLong()).isGreaterThan(before);
    }

    @Test
    void shouldCreateAVolumeThatTakesNoSpace() {
        var name = name();

        var answer = createVolume(name, "64TiB");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/api/v1/volumes/" + name);
        var volume = weir.get("/api/v1/volumes/" + name).json();
        assertThat(volume).isEqualTo(answer.json());
        assertThat(volume.path("sizeBytes").asLong()).isEqualTo(64L << 40);
        assertThat(volume.path("allocatedBytes").asLong()).isZero();
        assertThat(volume.path("pool").asString()).isEqualTo("default");
    }

    @Test
    void shouldRefuseANameThatIsTaken() {
        var name = name();
        createVolume(name, "1MiB");

        var again = createVolume(name, "1MiB");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.problem()).isEqualTo("name-taken");
        assertThat(again.json().path("volume").asString()).isEqualTo(name);
    }

    @Test
    void shouldGrowShrinkAndRenameAVolume() {
        var name = name();
        var newName = name();
        createVolume(name, "1GiB");

        var grown = weir.patch("/api/v1/volumes/" + name, "{\"size\":\"2GiB\"}");
        var changed =
                weir.patch(
                        "/api/v1/volumes/" + name,
                        "{\"size\":512,\"name\":\"%s\"}".formatted(newName));

        assertThat(grown.json().path("sizeBytes").asLong()).isEqualTo(2L << 30);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(weir.get("/api/v1/volumes/" + newName).json().path("sizeBytes").asLong())
                .isEqualTo(512);
        assertThat(weir.get("/api/v1/volumes/" + name).problem()).isEqualTo("unknown-volume");
    }

    @Test
    void shouldNotShrinkAVolumeBelowItsData() throws Exception {
        var name = name();
        write(createVolume(name, "1GiB").json(), 512 << 20);

        var answer = weir.patch("/api/v1/volumes/" + name, "{\"size\":\"256MiB\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("shrink-unsafe");
        assertThat(answer.json().path("neededBytes").asLong()).isGreaterThan(512 << 20);
        assertThat(weir.get("/api/v1/volumes/" + name).json().path("sizeBytes").asLong())
                .isEqualTo(1 << 30);
    }

    @Test
    void shouldDeleteAVolumeOnceItIsNoLongerExported() {
        var name = name();
        createVolume(name, "1GiB");
        var export = weir.post("/api/v1/volumes/%s/exports".formatted(name), NBD);

        assertThat(weir.delete("/api/v1/volumes/" + name).problem()).isEqualTo("volume-exported");
        assertThat(weir.patch("/api/v1/volumes/" + name, "{\"name\":\"other\"}").problem())
                .isEqualTo("volume-exported");
        assertThat(weir.delete(export.header("Location")).status()).isEqualTo(204);
        assertThat(weir.delete("/api/v1/volumes/" + name).status()).isEqualTo(204);

        assertThat(weir.get("/api/v1/volumes/" + name).status()).isEqualTo(404);
    }

    @Test
    void shouldSayWhereAnExportIsAndThatNobodyIsConnected() {
        var name = name();
        createVolume(name, "1GiB");

        var export =
                weir.post(
                        "/api/v1/volumes/%s/exports".formatted(name),
                        "{\"protocol\":\"nbd\",\"readOnly\":true}");

        assertThat(export.status()).isEqualTo(201);
        assertThat(export.json().path("uri").asString())
                .isEqualTo("nbd://127.0.0.1:%d/%s".formatted(weir.server().nbdPort(), name));
        assertThat(export.json().path("readOnly").asBoolean()).isTrue();
        assertThat(export.json().path("clients")).isEmpty();
        assertThat(weir.get("/api/v1/exports").json().path("items")).contains(export.json());
        assertThat(weir.get("/api/v1/volumes/" + name).json().path("exports").path(0).path("id"))
                .isEqualTo(export.json().path("id"));
    }

    @Test
    void shouldExportAVolumeOnceOverEachProtocol() {
        var name = name();
        createVolume(name, "1GiB");
        var address = "/api/v1/volumes/%s/exports".formatted(name);
        weir.post(address, NBD);

        assertThat(weir.post(address, NBD).problem()).isEqualTo("export-exists");
        assertThat(weir.post(address, "{\"protocol\":\"iscsi\"}").status()).isEqualTo(201);
        assertThat(weir.post(address, "{\"protocol\":\"iscsi\"}").problem())
                .isEqualTo("export-exists");
        assertThat(weir.post(address, "{\"protocol\":\"smb\"}").problem())
                .isEqualTo("invalid-value");
    }

    @Test
    void shouldListVolumesOfOnePoolAPageAtATime() {
        var pool = name();
        weir.post(
                "/api/v1/pools",
                "{\"name\":\"%s\",\"devices\":[{\"path\":\"%s\",\"size\":\"128MiB\"}]}"
                        .formatted(pool, device()));
        for (var size : new String[] {"1MiB", "3MiB", "2MiB"}) {
            weir.post(
                    "/api/v1/volumes",
                    "{\"name\":\"%s\",\"pool\":\"%s\",\"size\":\"%s\"}"
                            .formatted(name(), pool, size));
        }

        var page =
                weir.get(
                                "/api/v1/volumes?pool=%s&sort=sizeBytes,desc&pageSize=2&page=0"
                                        .formatted(pool))
                        .json();

        assertThat(page.path("totalItems").asInt()).isEqualTo(3);
        assertThat(page.path("items")).hasSize(2);
        assertThat(page.path("items").path(0).path("sizeBytes").asLong()).isEqualTo(3 << 20);
        assertThat(page.path("items").path(1).path("sizeBytes").asLong()).isEqualTo(2 << 20);
    }

    @Test
    void shouldAnswerARepeatedRequestAsTheFirst() {
        var name = name();
        var body = volume(name, "1GiB");
        var first = weir.post("/api/v1/volumes", body, KEY, "key-" + name);

        var second = weir.post("/api/v1/volumes", " " + body, KEY, "key-" + name);
        var other = weir.post("/api/v1/volumes", volume(name, "2GiB"), KEY, "key-" + name);

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.problem()).isEqualTo("idempotency-key-reused");
    }

    @Test
    void shouldLetAKeyBeUsedAgainAfterAFailure() {
        var name = name();
        var key = "key-" + name;
        assertThat(weir.post("/api/v1/volumes", volume(name, "0"), KEY, key).status())
                .isEqualTo(422);

        assertThat(weir.post("/api/v1/volumes", volume(name, "1GiB"), KEY, key).status())
                .isEqualTo(201);
    }

    @Test
    void shouldRefuseAChangeOfWhatHasChangedSince() {
        var name = name();
        createVolume(name, "1GiB");
        var address = "/api/v1/volumes/" + name;
        var tag = weir.get(address).header("ETag");

        var first = weir.patch(address, "{\"size\":\"2GiB\"}", "If-Match", tag);
        var stale = weir.patch(address, "{\"size\":\"3GiB\"}", "If-Match", tag);

        assertThat(first.status()).isEqualTo(200);
        assertThat(stale.status()).isEqualTo(412);
        assertThat(weir.delete(address, "If-Match", tag).problem()).isEqualTo("stale-version");
        assertThat(weir.delete(address, "If-Match", first.header("ETag")).status()).isEqualTo(204);
    }

    @Test
    void shouldListTheExtentsThatAVolumeHolds() throws Exception {
        var name = name();
        var volume = createVolume(name, "1GiB").json();

        write(volume, 0);

        await().untilAsserted(() -> {
            var extents =
                    weir.get("/api/v1/pools/default/extents?limit=10000").json().path("items");
            assertThat(extents)
                    .anySatisfy(extent -> {
                        assertThat(extent.path("volumeId")).isEqualTo(volume.path("id"));
                        assertThat(extent.path("mappedBytes").asLong()).isPositive();
                    });
        });
    }

    @Test
    void shouldTellWhatHappened() {
        var name = name();
        createVolume(name, "1GiB");

        var events = weir.get("/api/v1/events?limit=1000").json().path("items");

        assertThat(events)
                .anySatisfy(event -> {
                    assertThat(event.path("kind").asString()).isEqualTo("volume.created");
                    assertThat(event.path("subject").asString()).isEqualTo("volumes/" + name);
                });
    }

    @Test
    void shouldCountVolumesAndPoolsInItsMetrics() {
        createVolume(name(), "1GiB");

        var metrics = weir.get("/actuator/prometheus").response().body();

        assertThat(metrics)
                .contains("weir_volumes " + weir.bean(VolumeStore.class).count() + ".0")
                .contains("weir_pool_total_bytes{pool=\"default\"}")
                .contains("weir_nbd_clients 0.0");
    }

    private static final String KEY = "Idempotency-Key";
    private static final String NBD = "{\"protocol\":\"nbd\"}";

    private static String name() {
        return "n" + NAMES.incrementAndGet();
    }

    private static Path device() {
        return directory.resolve("device-" + NAMES.incrementAndGet());
    }

    private static String volume(String name, String size) {
        return "{\"name\":\"%s\",\"pool\":\"default\",\"size\":\"%s\"}".formatted(name, size);
    }

    private static RunningController.Answer createVolume(String name, String size) {
        return weir.post("/api/v1/volumes", volume(name, size));
    }

    private static void write(JsonNode volume, long offset) throws Exception {
        var pool = UUID.fromString(weir.get("/api/v1/pools/default").json().path("id").asString());
        var id = UUID.fromString(volume.path("id").asString());
        try (var memory = OffHeapMemory.allocate(4096)) {
            weir.bean(OpenPools.class)
                    .volume(pool, id)
                    .orElseThrow()
                    .write(offset, memory, 0, 4096, false);
        }
    }
}

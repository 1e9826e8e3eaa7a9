package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.controller.pool.OpenPools;
import dev.weir.db.VolumeStore;
import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.Pool;
import dev.weir.engine.Volume;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of pools and volumes whose devices are missing or fail, and how they come back. */
class DeviceTroubleTest {
    private static final int BYTES = 64 << 10;
    private static final long EXTENT_BYTES = 4 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path directory;
    private Path first;
    private Path second;

    @BeforeEach
    void chooseFiles() {
        first = directory.resolve("first");
        second = directory.resolve("second");
    }

    @Test
    void shouldSayThatAPoolIsDegradedWhenADeviceIsMissing() throws Exception {
        provision();
        Files.move(second, directory.resolve("hidden"));

        try (var weir = start()) {
            var pool = weir.get("/api/v1/pools/wide").json();
            assertThat(pool.path("state").asString()).isEqualTo("DEGRADED");
            assertThat(pool.path("reason").asString()).contains("missing");
            assertThat(pool.path("devices").path(1).path("state").asString()).isEqualTo("MISSING");
            assertThat(pool.path("devices").path(1).path("path").asString())
                    .isEqualTo(second.toString());
            assertThat(listed(weir, "pools", "wide")).isEqualTo("DEGRADED");
            assertThat(state(weir, "full")).isEqualTo("DEGRADED");
            assertThat(listed(weir, "volumes", "full")).isEqualTo("DEGRADED");
            assertThat(state(weir, "empty")).isEqualTo("ONLINE");
            var status = weir.get("/api/v1/status").json();
            assertThat(status.path("degradedPools").asInt()).isEqualTo(1);
            assertThat(status.path("failedPools").asInt()).isZero();
            var health = weir.get("/actuator/health");
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.json().path("status").asString()).isEqualTo("DEGRADED");
            awaitEvent(weir, "pool.degraded", "pools/wide");
            awaitEvent(weir, "volume.degraded", "volumes/full");
        }
    }

    @Test
    void shouldAttachADeviceThatCameBackWithoutARestart() throws Exception {
        provision();
        var hidden = Files.move(second, directory.resolve("hidden"));

        try (var weir = start()) {
            weir.post("/api/v1/volumes/full/exports", "{\"protocol\":\"nbd\"}");
            assertThat(attach(weir, second).status()).isNotEqualTo(201);
            Files.move(hidden, second);
            assertThat(attach(weir, second).status()).isEqualTo(201);

            assertThat(weir.get("/api/v1/pools/wide").json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(state(weir, "full")).isEqualTo("ONLINE");
            assertThat(
                            weir.get("/api/v1/exports")
                                    .json()
                                    .path("items")
                                    .path(0)
                                    .path("state")
                                    .asString())
                    .isEqualTo("ONLINE");
            try (var memory = OffHeapMemory.allocate(BYTES)) {
                volume(weir, "full").read(3 * EXTENT_BYTES, memory, 0, BYTES);
                assertThat(memory.getByte(0)).isEqualTo((byte) 3);
            }
            assertThat(attach(weir, second).problem()).isEqualTo("device-in-use");
        }
    }

    @Test
    void shouldAttachADeviceAtAnotherPlaceAndKeepItThere() throws Exception {
        provision();
        var moved = Files.move(second, directory.resolve("moved"));

        try (var weir = start()) {
            var withoutSize = "{\"path\":\"%s\"}".formatted(moved);
            assertThat(weir.post("/api/v1/pools/wide/devices", withoutSize).status())
                    .isEqualTo(201);
            assertThat(state(weir, "full")).isEqualTo("ONLINE");
        }
        try (var weir = start()) {
            assertThat(state(weir, "full")).isEqualTo("ONLINE");
            assertThat(weir.get("/api/v1/status").json().path("differences")).isEmpty();
        }
    }

    @Test
    void shouldBringAFailedPoolBackWithoutARestart() throws Exception {
        provision();
        var hidden = Files.move(first, directory.resolve("hidden"));
        var other = Files.move(second, directory.resolve("other"));

        try (var weir = start()) {
            assertThat(weir.get("/api/v1/pools/wide").json().path("state").asString())
                    .isEqualTo("FAILED");
            assertThat(state(weir, "full")).isEqualTo("OFFLINE");
            Files.move(hidden, first);
            Files.move(other, second);
            assertThat(attach(weir, first).status()).isEqualTo(201);
            assertThat(state(weir, "full")).isEqualTo("ONLINE");
        }
    }

    @Test
    void shouldSayThatADeviceFailedAfterAnInputOutputError() throws Exception {
        provision();

        try (var weir = start()) {
            try (var file = new RandomAccessFile(second.toFile(), "rw")) {
                file.setLength(0);
            }
            assertThatThrownBy(() -> readAll(volume(weir, "full")))
                    .isInstanceOf(StorageException.class);

            var pool = weir.get("/api/v1/pools/wide").json();
            assertThat(pool.path("state").asString()).isEqualTo("DEGRADED");
            assertThat(pool.path("devices").path(1).path("state").asString()).isEqualTo("FAILED");
            assertThat(state(weir, "full")).isEqualTo("DEGRADED");
            awaitEvent(weir, "pool.degraded", "pools/wide");
        }
    }

    @Test
    void shouldDeleteAPoolOnlyWithoutVolumesAndForGood() throws Exception {
        provision();

        try (var weir = start()) {
            assertThat(weir.delete("/api/v1/pools/wide").problem()).isEqualTo("pool-not-empty");
            weir.delete("/api/v1/volumes/full");
            weir.delete("/api/v1/volumes/empty");
            assertThat(weir.delete("/api/v1/pools/wide").status()).isEqualTo(204);
            assertThat(weir.get("/api/v1/pools/wide").problem()).isEqualTo("unknown-pool");
            assertThat(first).isEmptyFile();
            assertThat(second).isEmptyFile();
        }
        try (var weir = start()) {
            assertThat(weir.get("/api/v1/pools").json().path("items")).isEmpty();
        }
    }

    @Test
    void shouldRemoveTheFilesOfADeletedPoolOnlyIfTheyAreItsOwn() throws Exception {
        provision();
        Files.move(second, directory.resolve("hidden"));
        Files.writeString(second, "somebody else's".repeat(10_000_000));

        try (var weir = start()) {
            weir.delete("/api/v1/volumes/full");
            weir.delete("/api/v1/volumes/empty");
            assertThat(weir.delete("/api/v1/pools/wide?deleteFiles=true").status()).isEqualTo(204);
        }
        assertThat(first).doesNotExist();
        assertThat(second).content().startsWith("somebody else's");
    }

    /** A pool on two devices, with a volume on both of them and one that holds nothing. */
    private void provision() throws Exception {
        try (var weir = start()) {
            weir.post(
                    "/api/v1/pools",
                    """
                    {"name":"wide","extentSize":"4MiB","devices":[
                        {"path":"%s","size":"128MiB"},{"path":"%s","size":"128MiB"}]}\
                    """
                            .formatted(first, second));
            for (var name : List.of("full", "empty")) {
                weir.post(
                        "/api/v1/volumes",
                        "{\"name\":\"%s\",\"pool\":\"wide\",\"size\":\"1GiB\"}".formatted(name));
            }
            var row = weir.bean(VolumeStore.class).byName("full").orElseThrow();
            var pool = weir.bean(OpenPools.class).serving(row.poolId()).orElseThrow();
            fill(pool, pool.volume(row.id()).orElseThrow());
        }
    }

    private static void fill(Pool pool, Volume volume) throws StorageException {
        try (var memory = OffHeapMemory.allocate(BYTES)) {
            for (int extent = 0; extent < 40; extent++) {
                for (int at = 0; at < BYTES; at++) {
                    memory.setByte(at, (byte) extent);
                }
                for (long within = 0; within < EXTENT_BYTES; within += BYTES) {
                    volume.write(extent * EXTENT_BYTES + within, memory, 0, BYTES, false);
                }
            }
        }
        assertThat(pool.extentAllocations().stream().map(ExtentAllocation::device).distinct())
                .hasSize(2);
    }

    private static void readAll(Volume volume) throws StorageException {
        try (var memory = OffHeapMemory.allocate(BYTES)) {
            for (int extent = 0; extent < 40; extent++) {
                volume.read(extent * EXTENT_BYTES, memory, 0, BYTES);
            }
        }
    }

    private RunningController start() throws Exception {
        return RunningController.start(directory.resolve("data"), "--weir.default-pool=false");
    }

    private static RunningController.Answer attach(RunningController weir, Path path) {
        return weir.post(
                "/api/v1/pools/wide/devices",
                "{\"path\":\"%s\",\"size\":\"128MiB\"}".formatted(path));
    }

    private static Volume volume(RunningController weir, String name) {
        var row = weir.bean(VolumeStore.class).byName(name).orElseThrow();
        return weir.bean(OpenPools.class).volume(row.poolId(), row.id()).orElseThrow();
    }

    private static String state(RunningController weir, String volume) {
        return weir.get("/api/v1/volumes/" + volume).json().path("state").asString();
    }

    private static String listed(RunningController weir, String kind, String name) {
        return weir.get("/api/v1/" + kind)
                .json()
                .path("items")
                .valueStream()
                .filter(item -> item.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow()
                .path("state")
                .asString();
    }

    private static void awaitEvent(RunningController weir, String kind, String subject)
            throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (weir.get("/api/v1/events?limit=1000")
                .json()
                .path("items")
                .valueStream()
                .noneMatch(event ->
                        event.path("kind").asString().equals(kind)
                                && event.path("subject").asString().equals(subject))) {
            assertThat(System.nanoTime()).as("no event %s", kind).isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}

package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.db.EventStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when the file system of the data directory is full, or too small. Wants root. */
class FullHostTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path directory;
    private Path host;
    private Path filler;

    @BeforeEach
    void mount() throws Exception {
        host = Files.createDirectory(directory.resolve("host"));
        filler = host.resolve("filler");
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", host.toString()))
                .as("a tmpfs can be mounted, which root can")
                .isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "--lazy", host.toString());
    }

    @Test
    void shouldRefuseChangesAndServeReadsWhileTheHostIsFull() throws Exception {
        try (var weir = start("--weir.default-pool=false")) {
            createPool(weir);
            fill();

            assertThat(createVolume(weir, "more").status()).isEqualTo(507);
            assertThat(createVolume(weir, "more").problem()).isEqualTo("host-full");
            assertThat(weir.get("/api/v1/pools/elsewhere").status()).isEqualTo(200);
            assertThat(admitsChanges(weir)).isFalse();
            assertThat(weir.get("/actuator/health").json().path("status").asString())
                    .isEqualTo("DEGRADED");

            Files.delete(filler);
            assertThat(createVolume(weir, "more").status()).isEqualTo(201);
            assertThat(admitsChanges(weir)).isTrue();
            assertThat(weir.get("/actuator/health").json().path("status").asString())
                    .isEqualTo("UP");
        }
    }

    @Test
    void shouldStartOnAFullHostAndSaySo() throws Exception {
        try (var weir = start("--weir.default-pool=false")) {
            createPool(weir);
            createVolume(weir, "kept");
        }
        fill();

        try (var weir = start("--weir.default-pool=false")) {
            assertThat(weir.get("/api/v1/volumes/kept").json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(admitsChanges(weir)).isFalse();
            assertThat(createVolume(weir, "more").problem()).isEqualTo("host-full");
            Files.delete(filler);
            assertThat(createVolume(weir, "more").status()).isEqualTo(201);
        }
        assertThat(host.resolve("data").resolve("reserve")).exists();
    }

    @Test
    void shouldRecoverWithoutARestartWhenTheDatabaseItselfMetAFullHost() throws Exception {
        try (var weir = start("--weir.default-pool=false")) {
            createPool(weir);
            createVolume(weir, "kept");
            fill();
            var events = weir.bean(EventStore.class);
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 100_000; i++) {
                                    events.append(Instant.EPOCH, "test", "test", "x".repeat(2000));
                                }
                            })
                    .isNotNull();

            Files.delete(filler);
            awaitAnswer(weir, "/api/v1/volumes/kept");
            assertThat(createVolume(weir, "more").status()).isEqualTo(201);
        }
        try (var weir = start("--weir.default-pool=false")) {
            assertThat(weir.get("/api/v1/volumes/kept").status()).isEqualTo(200);
            assertThat(weir.get("/api/v1/volumes/more").status()).isEqualTo(200);
        }
    }

    @Test
    void shouldSayThatThereWasNoRoomForTheDefaultPoolAndMakeItLater() throws Exception {
        try (var weir = start()) {
            var difference = weir.get("/api/v1/status").json().path("differences").path(0);
            assertThat(difference.path("kind").asString()).isEqualTo("DEFAULT_POOL_FAILED");
            assertThat(difference.path("detail").asString()).contains("full");
            assertThat(weir.get("/actuator/health").json().path("status").asString())
                    .isEqualTo("DEGRADED");
        }
        assertThat(run("mount", "-o", "remount,size=300m", host.toString())).isZero();

        try (var weir = start()) {
            assertThat(weir.get("/api/v1/pools/default").json().path("state").asString())
                    .isEqualTo("ONLINE");
            assertThat(weir.get("/actuator/health").json().path("status").asString())
                    .isEqualTo("UP");
        }
    }

    private RunningController start(String... arguments) throws Exception {
        return RunningController.start(host.resolve("data"), arguments);
    }

    private void createPool(RunningController weir) {
        assertThat(
                        weir.post(
                                        "/api/v1/pools",
                                        "{\"name\":\"elsewhere\",\"devices\":[{\"path\":\"%s\",\"size\":\"64MiB\"}]}"
                                                .formatted(directory.resolve("device")))
                                .status())
                .isEqualTo(201);
    }

    private static RunningController.Answer createVolume(RunningController weir, String name) {
        return weir.post(
                "/api/v1/volumes",
                "{\"name\":\"%s\",\"pool\":\"elsewhere\",\"size\":\"1GiB\"}".formatted(name));
    }

    private static boolean admitsChanges(RunningController weir) {
        var status = weir.get("/api/v1/status");
        assertThat(status.status()).isEqualTo(200);
        return status.json().path("changesAdmitted").asBoolean();
    }

    /** Connections that the database closed are noticed within a second. */
    private static void awaitAnswer(RunningController weir, String path)
            throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (weir.get(path).status() != 200) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    /** Until not a byte is left. */
    private void fill() throws IOException {
        try (OutputStream file = Files.newOutputStream(filler)) {
            var bytes = new byte[4096];
            while (true) {
                file.write(bytes);
            }
        } catch (IOException e) {
            assertThat(Files.getFileStore(host).getUsableSpace()).isZero();
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}

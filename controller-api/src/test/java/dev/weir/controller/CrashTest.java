package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.controller.intent.Step;
import dev.weir.controller.intent.StepObserver;
import dev.weir.controller.pool.OpenPools;
import dev.weir.engine.Volume;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Changes that are cut off between any two of their steps. One life of the controller cuts off a
 * change of its own at each step; the next one must find every one of them finished.
 */
class CrashTest {
    private static final Step[] CREATE = {
        Step.VOLUME_INTENDED, Step.VOLUME_CREATED, Step.VOLUME_ONLINE
    };
    private static final Step[] DELETE = {
        Step.VOLUME_DELETING, Step.VOLUME_DELETED, Step.VOLUME_FORGOTTEN
    };
    private static final Step[] POOL = {Step.POOL_INTENDED, Step.POOL_FORMATTED, Step.POOL_ONLINE};
    private static final Step[] DEVICE = {
        Step.DEVICE_INTENDED, Step.DEVICE_ADDED, Step.DEVICE_ONLINE
    };

    @TempDir Path directory;

    private final AtomicReference<Step> cutOff = new AtomicReference<>();

    /** Ends a change as the end of the process would: no code of the change runs any more. */
    private static final class Cut extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void shouldFinishAtTheNextStartWhatWasCutOffAtAnyStep() throws Exception {
        try (var weir = start()) {
            cutOffEverything(weir);
        }

        try (var weir = start()) {
            assertVolumesAreThere(weir);
            assertPoolsAreThere(weir);
            assertDifferencesAreTold(weir);
            assertThat(directory.resolve("too-small")).doesNotExist();
            assertARepeatedRequestIsAnswered(weir);
        }
    }

    private RunningController start() throws Exception {
        StepObserver observer =
                step -> {
                    if (step == cutOff.get()) {
                        throw new Cut();
                    }
                };
        return RunningController.start(
                directory.resolve("data"),
                context -> context.getBeanFactory().registerSingleton("stepObserver", observer));
    }

    private void cutOffEverything(RunningController weir) {
        for (var step : CREATE) {
            cut(step, () -> create(weir, name(step), "key-" + step));
        }
        for (var step : DELETE) {
            create(weir, name(step), "key-" + step);
            cut(step, () -> weir.delete("/api/v1/volumes/" + name(step)));
        }
        create(weir, "resized", "key-resized");
        cut(
                Step.VOLUME_RESIZED,
                () -> weir.patch("/api/v1/volumes/resized", "{\"size\":\"2GiB\"}"));
        create(weir, "old-name", "key-renamed");
        cut(
                Step.VOLUME_RENAMED,
                () -> weir.patch("/api/v1/volumes/old-name", "{\"name\":\"new-name\"}"));
        for (var step : POOL) {
            cut(
                    step,
                    () ->
                            weir.post(
                                    "/api/v1/pools",
                                    "{\"name\":\"%s\",\"devices\":[%s,%s]}"
                                            .formatted(
                                                    name(step),
                                                    device(name(step) + "-0"),
                                                    device(name(step) + "-1"))));
        }
        cut(
                Step.DEVICE_INTENDED,
                () ->
                        weir.post(
                                "/api/v1/pools/default/devices",
                                device("too-small").replace("128MiB", "64MiB")));
        for (var step : DEVICE) {
            cut(step, () -> weir.post("/api/v1/pools/default/devices", device(name(step))));
        }
    }

    private void cut(Step step, Change change) {
        cutOff.set(step);
        assertThat(change.make().status()).as("%s was reached", step).isEqualTo(500);
        cutOff.set(null);
    }

    private interface Change {
        RunningController.Answer make();
    }

    private static void assertVolumesAreThere(RunningController weir) {
        assertThat(weir.bean(OpenPools.class).allServing().flatMap(pool -> pool.volumes().stream()))
                .extracting(Volume::name)
                .containsExactlyInAnyOrder(
                        name(Step.VOLUME_INTENDED),
                        name(Step.VOLUME_CREATED),
                        name(Step.VOLUME_ONLINE),
                        "resized",
                        "new-name");
        assertThat(weir.get("/api/v1/volumes").json().path("items"))
                .allSatisfy(
                        volume -> assertThat(volume.path("state").asString()).isEqualTo("ONLINE"))
                .extracting(volume -> volume.path("name").asString())
                .containsExactlyInAnyOrder(
                        name(Step.VOLUME_INTENDED),
                        name(Step.VOLUME_CREATED),
                        name(Step.VOLUME_ONLINE),
                        "resized",
                        "new-name");
        assertThat(weir.get("/api/v1/volumes/resized").json().path("sizeBytes").asLong())
                .isEqualTo(2L << 30);
        for (var step : CREATE) {
            assertThat(
                            weir.post(
                                            "/api/v1/volumes/%s/exports".formatted(name(step)),
                                            "{\"protocol\":\"nbd\"}")
                                    .status())
                    .isEqualTo(201);
        }
    }

    private static void assertPoolsAreThere(RunningController weir) {
        var pools = weir.get("/api/v1/pools").json().path("items");
        assertThat(pools).hasSize(4);
        for (var pool : pools) {
            assertThat(pool.path("state").asString()).as(pool.toString()).isEqualTo("ONLINE");
            int devices = pool.path("name").asString().equals("default") ? 4 : 2;
            assertThat(pool.path("devices"))
                    .hasSize(devices)
                    .allSatisfy(device ->
                            assertThat(device.path("state").asString()).isEqualTo("ONLINE"));
        }
    }

    private static void assertDifferencesAreTold(RunningController weir) {
        var kinds =
                weir.get("/api/v1/status")
                        .json()
                        .path("differences")
                        .valueStream()
                        .map(difference -> difference.path("kind").asString())
                        .toList();
        assertThat(kinds)
                .contains(
                        "POOL_FINISHED",
                        "DEVICE_FINISHED",
                        "DEVICE_UNDONE",
                        "VOLUME_FINISHED",
                        "VOLUME_DELETED",
                        "VOLUME_RESIZED",
                        "VOLUME_RENAMED");
    }

    private static void assertARepeatedRequestIsAnswered(RunningController weir) {
        var step = Step.VOLUME_CREATED;
        JsonNode before = weir.get("/api/v1/volumes/" + name(step)).json();

        var again = create(weir, name(step), "key-" + step);

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().path("id")).isEqualTo(before.path("id"));
    }

    private static RunningController.Answer create(
            RunningController weir, String name, String key) {
        return weir.post(
                "/api/v1/volumes",
                "{\"name\":\"%s\",\"pool\":\"default\",\"size\":\"1GiB\"}".formatted(name),
                "Idempotency-Key",
                key);
    }

    private String device(String name) {
        return "{\"path\":\"%s\",\"size\":\"128MiB\"}".formatted(directory.resolve(name));
    }

    private static String name(Step step) {
        return step.name().toLowerCase(java.util.Locale.ROOT);
    }
}

package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.controller.settings.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The description of the API is committed, is what the controller serves, and is true. After an
 * intended change, {@code -Dweir.openapi.update=true} writes it anew.
 */
class OpenApiTest {
    private static final Path COMMITTED = Path.of("src", "main", "openapi", "weir-v1.json");
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .build();

    @TempDir static Path directory;

    private static RunningController weir;
    private static JsonNode api;

    @BeforeAll
    static void start() throws StartupException {
        weir = RunningController.start(directory.resolve("data"));
        var served = (ObjectNode) weir.get("/v3/api-docs").json();
        served.remove("servers");
        api = served;
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void shouldServeWhatIsCommitted() throws IOException {
        var served = JSON.writeValueAsString(api) + "\n";
        if (Boolean.getBoolean("weir.openapi.update")) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, served);
        }

        assertThat(COMMITTED).hasContent(served);
    }

    @Test
    void shouldNameEveryOperationOnceAndSayThatItCanEndInAProblem() {
        var ids = new HashSet<String>();
        for (var path : api.path("paths")) {
            for (var operation : path) {
                assertThat(ids.add(operation.path("operationId").asString()))
                        .as(operation.toString())
                        .isTrue();
                assertThat(
                                operation
                                        .at(
                                                "/responses/default/content/application~1problem+json/schema/$ref")
                                        .asString())
                        .isEqualTo("#/components/schemas/Problem");
            }
        }
        assertThat(ids).contains("createVolume", "listVolumes", "changeVolume", "createExport");
    }

    @Test
    void shouldAnswerAsItDescribes() {
        var volume =
                weir.post(
                        "/api/v1/volumes",
                        "{\"name\":\"db01\",\"pool\":\"default\",\"size\":\"1GiB\"}");
        var export = weir.post("/api/v1/volumes/db01/exports", "{\"protocol\":\"nbd\"}");

        assertDescribed("Volume", volume.json());
        assertDescribed("Export", export.json());
        assertDescribed("Volume", weir.get("/api/v1/volumes/db01").json());
        assertDescribed("VolumeList", weir.get("/api/v1/volumes").json());
        assertDescribed("PoolList", weir.get("/api/v1/pools").json());
        assertDescribed("ExportList", weir.get("/api/v1/exports").json());
        assertDescribed("ExtentList", weir.get("/api/v1/pools/default/extents").json());
        assertDescribed("EventList", weir.get("/api/v1/events").json());
        assertDescribed("JobList", weir.get("/api/v1/jobs").json());
        assertDescribed("Status", weir.get("/api/v1/status").json());
        assertThat(
                        DescribedAnswer.violations(
                                api, "Problem", weir.get("/api/v1/volumes/none").json()))
                .containsExactly("$.volume is not described");
    }

    private static void assertDescribed(String schema, JsonNode answer) {
        assertThat(DescribedAnswer.violations(api, schema, answer)).isEmpty();
    }
}

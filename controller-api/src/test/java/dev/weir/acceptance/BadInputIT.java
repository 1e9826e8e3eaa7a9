package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.RestClient;
import dev.weir.acceptance.lab.RestClient.Answer;
import dev.weir.acceptance.lab.RunningWeir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whatever is sent, REST answers with a problem that says what to do, and goes on serving. */
@TestInstance(Lifecycle.PER_CLASS)
class BadInputIT {
    private static final String VOLUME = "{\"name\":\"%s\",\"pool\":\"default\",\"size\":%s}";

    private RunningWeir weir;
    private RestClient rest;
    private Path work;

    @BeforeAll
    void start(@TempDir(factory = BuildDirectory.class) Path directory) {
        work = directory;
        weir = RunningWeir.start(work.resolve("data"));
        rest = weir.rest();
        rest.createVolume("taken", "default", "1GiB");
    }

    @AfterAll
    void stop() {
        assertThat(weir.output()).as("no answer was an accident").doesNotContain("\tat ");
        assertThat(rest.volume("taken").path("sizeBytes").asLong()).isEqualTo(1L << 30);
        weir.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "\"volume\"",
                "{\"name\":\"a\",\"pool\":\"default\",\"size\":\"1GiB\"} trailing",
                "{\"name\":\"a\",\"name\":\"b\",\"pool\":\"default\",\"size\":\"1GiB\"}",
                "{\"name\":\"a\",\"pool\":\"default\",\"size\":\"1GiB\",\"colour\":\"red\"}",
                "{\"name\":7,\"pool\":\"default\",\"size\":\"1GiB\"}",
                "{\"name\":\"a\",\"pool\":\"default\",\"size\":1.5}",
                "{\"name\":\"a\",\"pool\":\"default\",\"size\":true}",
                "{\"name\":\"a\",\"pool\":\"default\",\"size\":\"10 apples\"}"
            })
    void shouldRefuseABodyThatIsNotAVolume(String body) {
        assertProblem(rest.post("/volumes", body), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "\"-1GiB\"", "513", "\"8000000TiB\"", "9223372036854775807"})
    void shouldRefuseASizeThatCannotBe(String size) {
        assertProblem(rest.post("/volumes", VOLUME.formatted("sized", size)), 400, 422);
        assertProblem(rest.patch("/volumes/taken", "{\"size\":%s}".formatted(size)), 400, 409, 422);
    }

    @Test
    void shouldRefuseASizeOfMoreThan64Bits() {
        String size = "9".repeat(400);
        assertProblem(rest.post("/volumes", VOLUME.formatted("sized", size)), 400, 422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "..",
                "../../etc/passwd",
                "UPPER",
                "-dash",
                "a/b",
                "a b",
                "a\\u0000b",
                "caf\\u00e9",
                "\\ud83d\\ude00",
                "'; drop table volumes; --",
                "<script>alert(1)</script>",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void shouldRefuseAHostileName(String name) {
        assertProblem(rest.post("/volumes", VOLUME.formatted(name, "4096")), 400, 422);
        assertProblem(rest.patch("/volumes/taken", "{\"name\":\"%s\"}".formatted(name)), 400, 422);
        assertProblem(
                rest.post(
                        "/pools",
                        """
                        {"name":"%s","devices":[{"path":"%s","size":"1GiB"}]}\
                        """
                                .formatted(name, work.resolve("unused"))),
                400,
                422);
    }

    @Test
    void shouldRefuseANameThatIsTaken() {
        assertProblem(rest.post("/volumes", VOLUME.formatted("taken", "4096")), 409);
        assertProblem(
                rest.post(
                        "/pools",
                        """
                        {"name":"default","devices":[{"path":"%s","size":"1GiB"}]}\
                        """
                                .formatted(work.resolve("unused"))),
                409);
        assertThat(work.resolve("unused")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "/nonexistent/directory/device, 422",
        "relative/device, 422",
        "/proc/self/mem, 422",
        "/dev/null, 422",
        "/etc, 422",
        "/etc/hostname/device, 422",
        "/a\\u0000b, 422",
        "'', 422"
    })
    void shouldRefuseAPathThatCannotBeADevice(String path, int status) {
        assertProblem(createPool("elsewhere", path, "1GiB"), status);
        assertThat(rest.get("/pools/elsewhere").status()).isEqualTo(404);
    }

    @Test
    void shouldRefuseADeviceThatIsInUse() throws Exception {
        String own = rest.pool("default").path("devices").path(0).path("path").asString();
        assertProblem(createPool("again", own, "1GiB"), 409);

        Path precious = Files.writeString(work.resolve("precious"), "not yours");
        assertProblem(createPool("again", precious.toString(), "1GiB"), 409);
        assertThat(precious).hasContent("not yours");

        try (RunningWeir other = RunningWeir.start(work.resolve("other"))) {
            String foreign =
                    other.rest().pool("default").path("devices").path(0).path("path").asString();
            assertProblem(createPool("again", foreign, "1GiB"), 409);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "4096", "0", "-4096", "\"4000000TiB\""})
    void shouldRefuseADeviceSizeThatCannotBe(String size) {
        assertProblem(
                rest.post(
                        "/pools",
                        """
                        {"name":"odd","devices":[{"path":"%s","size":%s}]}\
                        """
                                .formatted(work.resolve("odd"), size)),
                400,
                422);
        assertThat(work.resolve("odd")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/nothing, 404",
        "GET, /nothing/at/all, 404",
        "GET, /api/v1/volumes/unknown, 404",
        "DELETE, /api/v1/volumes/unknown, 404",
        "GET, /api/v1/pools/unknown, 404",
        "DELETE, /api/v1/exports/unknown, 404",
        "DELETE, /api/v1/exports/00000000-0000-0000-0000-000000000000, 404",
        "DELETE, /api/v1/pools, 405",
        "PUT, /api/v1/volumes, 405",
        "GET, /api/v1/volumes?page=-1, 400",
        "GET, /api/v1/volumes?pageSize=0, 400",
        "GET, /api/v1/volumes?pageSize=many, 400",
        "GET, /api/v1/volumes?sort=colour, 400",
        "GET, /api/v1/volumes/%2e%2e%2fpools, 400",
        "GET, /api/v1/volumes/%00, 400"
    })
    void shouldAnswerAWrongAddressWithAProblem(String method, String path, int status) {
        assertProblem(rest.send(method, path, Optional.empty()), status, 404);
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        assertProblem(
                rest.post("/volumes", "{\"name\":\"a\",\"pool\":\"none\",\"size\":4096}"),
                404,
                422);
        assertProblem(rest.post("/volumes/taken/exports", "{\"protocol\":\"nfs\"}"), 400, 422);
        assertProblem(rest.post("/volumes/none/exports", "{\"protocol\":\"nbd\"}"), 404);
    }

    @Test
    void shouldRefuseToExportTwiceAndToDeleteWhatIsExported() {
        rest.createVolume("offered", "default", "1MiB");
        rest.export("offered");

        assertProblem(rest.post("/volumes/offered/exports", "{\"protocol\":\"nbd\"}"), 409);
        assertProblem(rest.delete("/volumes/offered"), 409);
    }

    @Test
    void shouldRefuseABodyThatIsTooLong() {
        String body = VOLUME.formatted("a".repeat(1 << 20), "4096");
        assertProblem(rest.post("/volumes", body), 400, 413, 422);
    }

    @Test
    void shouldRefuseWhoeverHasNoToken() {
        assertProblem(rest.withToken(Optional.empty()).get("/volumes"), 401);
        assertProblem(rest.withToken(Optional.of("wrong")).get("/volumes"), 401);
        assertProblem(rest.withToken(Optional.of("")).delete("/volumes/taken"), 401);
        assertProblem(rest.withToken(Optional.of("wrong")).get("/nothing"), 401);
    }

    private Answer createPool(String name, String path, String size) {
        return rest.post(
                "/pools",
                """
                {"name":"%s","devices":[{"path":"%s","size":"%s"}]}\
                """
                        .formatted(name, path, size));
    }

    private static void assertProblem(Answer answer, Integer... statuses) {
        assertThat(answer.status()).as(answer.text()).isIn((Object[]) statuses);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        JsonNode problem = answer.json();
        assertThat(problem.path("status").asInt()).isEqualTo(answer.status());
        for (String field : new String[] {"type", "title", "detail", "cause", "correction"}) {
            assertThat(problem.path(field).asString()).as(field + " of " + problem).isNotBlank();
        }
        assertThat(answer.text())
                .doesNotContain("Exception", "java.", "org.springframework", "\\tat ");
    }
}

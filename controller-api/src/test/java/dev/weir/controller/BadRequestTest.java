package dev.weir.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.controller.settings.StartupException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request, the answer is a problem that says so. */
class BadRequestTest {
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {                                                       | 400 | malformed-request
                    []                                                      | 400 | malformed-request
                    null                                                    | 400 | malformed-request
                    `{"name":"a","pool":"default","size":1024} x`           | 400 | malformed-request
                    `{"name":"a","pool":"default","size":1024,"x":1}`       | 400 | malformed-request
                    `{"name":"a","name":"b","pool":"default","size":1024}`  | 400 | malformed-request
                    `{"name":1,"pool":"default","size":1024}`               | 400 | malformed-request
                    `{"name":"a","pool":true,"size":1024}`                  | 400 | malformed-request
                    `{"name":"a","pool":"default","size":1024.0}`           | 400 | malformed-request
                    `{"name":"a","pool":"default","size":1e9}`              | 400 | malformed-request
                    `{"name":"a","pool":"default","size":true}`             | 400 | malformed-request
                    `{"name":"a","pool":"default","size":"10GB"}`           | 400 | malformed-request
                    `{"name":"a","pool":"default","size":"1.5GiB"}`         | 400 | malformed-request
                    `{"name":"a","pool":"default","size":""}`               | 400 | malformed-request
                    `{"name":"a","pool":"default"}`                         | 400 | malformed-request
                    `{"pool":"default","size":1024}`                        | 400 | malformed-request
                    `{"name":"a","size":1024}`                              | 400 | malformed-request
                    `{"name":"a","pool":"default","size":0}`                | 422 | invalid-value
                    `{"name":"a","pool":"default","size":-1}`               | 422 | invalid-value
                    `{"name":"a","pool":"default","size":513}`              | 422 | invalid-value
                    `{"name":"a","pool":"default","size":"9999999PiB"}`     | 422 | invalid-value
                    `{"name":"a","pool":"default","size":99999999999999999999}` | 422 | invalid-value
                    `{"name":"A","pool":"default","size":1024}`             | 422 | invalid-value
                    `{"name":"","pool":"default","size":1024}`              | 422 | invalid-value
                    `{"name":"../x","pool":"default","size":1024}`          | 422 | invalid-value
                    `{"name":"a\\u0000","pool":"default","size":1024}`      | 422 | invalid-value
                    `{"name":"-a","pool":"default","size":1024}`            | 422 | invalid-value
                    `{"name":"a","pool":"nowhere","size":1024}`             | 404 | unknown-pool
                    """)
    void shouldRefuseABadVolume(String body, int status, String problem) {
        var answer = weir.post("/api/v1/volumes", body);

        assertProblem(answer, status, problem);
        assertThat(weir.get("/api/v1/volumes").json().path("totalItems").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "relative/path",
                "/",
                "/proc/weir",
                "/dev/weir",
                "/sys/weir",
                "/nowhere/at/all",
                "DIR",
                "DIR/..",
                "DIR/loop/x",
                "DIR/link",
                "DIR/data/lock",
                "DIR/data/db/x",
                "DIR/nul\\u0000"
            })
    void shouldRefuseAPathThatCannotBeADevice(String path) throws IOException {
        var loop = directory.resolve("loop");
        var link = directory.resolve("link");
        if (!Files.isSymbolicLink(loop)) {
            Files.createSymbolicLink(loop, loop);
            Files.createSymbolicLink(link, directory.resolve("target"));
        }

        var answer = createPool(path.replace("DIR", directory.toString()), "128MiB");

        assertProblem(answer, 422, "device-refused");
        assertThat(weir.get("/api/v1/pools").json().path("items")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "99999999999999999999, A volume of 99999999999999999999 bytes is not possible.",
        "'\"9999999PiB\"', A volume of 9999999PiB is not possible."
    })
    void shouldNameASizeAsItWasWritten(String size, String detail) {
        var answer =
                weir.post(
                        "/api/v1/volumes",
                        "{\"name\":\"a\",\"pool\":\"default\",\"size\":%s}".formatted(size));

        assertProblem(answer, 422, "invalid-value");
        assertThat(answer.json().path("detail").asString()).isEqualTo(detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/volumes?pagesize=10",
                "/api/v1/volumes?page=0&nonsense",
                "/api/v1/volumes/a?force=true"
            })
    void shouldRefuseAQueryParameterThatNobodyReads(String address) {
        assertProblem(weir.get(address), 400, "invalid-parameter");
    }

    @Test
    void shouldNeverTakeAFileThatHoldsData() throws IOException {
        var file = Files.writeString(directory.resolve("precious"), "data");

        var answer = createPool(file.toString(), "128MiB");

        assertProblem(answer, 409, "device-in-use");
        assertThat(file).hasContent("data");
    }

    @Test
    void shouldRefuseADeviceOfAnotherPool() {
        var path =
                weir.get("/api/v1/pools/default")
                        .json()
                        .path("devices")
                        .path(0)
                        .path("path")
                        .asString();

        assertProblem(createPool(path, "128MiB"), 409, "device-in-use");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "63MiB", "2PiB", "134217729", "-1"})
    void shouldRefuseADeviceOfAnImpossibleSize(String size) {
        var path = directory.resolve("sized");

        assertProblem(createPool(path.toString(), size), 422, "invalid-value");

        assertThat(path).doesNotExist();
    }

    @Test
    void shouldRefuseOnePathTwice() {
        var device = "{\"path\":\"%s\",\"size\":\"128MiB\"}".formatted(directory.resolve("twice"));

        var answer =
                weir.post(
                        "/api/v1/pools",
                        "{\"name\":\"twice\",\"devices\":[%s,%s]}".formatted(device, device));

        assertProblem(answer, 422, "invalid-value");
    }

    @ParameterizedTest
    @CsvSource({
        "page=-1",
        "page=x",
        "page=99999999999",
        "pageSize=0",
        "pageSize=1001",
        "sort=colour",
        "'sort=name,up'",
        "'sort=name,asc,desc'"
    })
    void shouldRefuseAQueryThatCannotBeUnderstood(String query) {
        assertProblem(weir.get("/api/v1/volumes?" + query), 400, "invalid-parameter");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/nothing, not-found",
        "/api/v1/snapshots, not-found",
        "/nothing, not-found",
        "/error, not-found",
        "/api/v1/volumes/nothing, unknown-volume",
        "/api/v1/pools/nothing, unknown-pool",
        "/api/v1/exports/nothing, unknown-export",
        "/api/v1/exports/00000000-0000-0000-0000-000000000000, unknown-export",
        "/api/v1/jobs/nothing, unknown-job"
    })
    void shouldSayThatThereIsNothing(String path, String problem) {
        assertProblem(weir.get(path), 404, problem);
    }

    @Test
    void shouldNameTheMethodsOfAnAddress() {
        var answer = weir.send(weir.request("/api/v1/volumes").PUT(BodyPublishers.ofString("{}")));

        assertProblem(answer, 405, "method-not-allowed");
        assertThat(answer.header("Allow")).contains("GET").contains("POST");
    }

    @Test
    void shouldReadAndWriteOnlyJson() {
        var text =
                weir.send(
                        weir.request("/api/v1/volumes")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("x")));
        var xml = weir.send(weir.request("/api/v1/volumes").header("Accept", "application/xml"));

        assertProblem(text, 415, "unsupported-media-type");
        assertProblem(xml, 406, "not-acceptable");
    }

    @Test
    void shouldRefuseABodyThatIsTooLargeWhetherAnnouncedOrNot() {
        var body = "{\"name\":\"" + "a".repeat(300_000) + "\"}";
        var publisher =
                BodyPublishers.ofInputStream(() ->
                        new java.io.ByteArrayInputStream(body.getBytes(StandardCharsets.US_ASCII)));

        assertProblem(weir.post("/api/v1/volumes", body), 413, "body-too-large");
        assertProblem(
                weir.send(
                        weir.request("/api/v1/volumes")
                                .header("Content-Type", "application/json")
                                .POST(publisher)),
                413,
                "body-too-large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/volumes",
                "/api/v1/nothing",
                "/actuator/prometheus",
                "/actuator",
                "/v3/api-docs"
            })
    void shouldAskForAToken(String path) {
        var none = weir.send(weir.anonymous(path));
        var wrong = weir.send(weir.anonymous(path).header("Authorization", "Bearer wrong"));

        assertProblem(none, 401, "unauthenticated");
        assertProblem(wrong, 401, "unauthenticated");
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void shouldTellAnybodyWhetherItIsUpButOnlyTheAdministratorWhy() {
        var anybody = weir.send(weir.anonymous("/actuator/health"));
        var administrator = weir.get("/actuator/health");

        assertThat(anybody.status()).isEqualTo(200);
        assertThat(anybody.json().has("components")).isFalse();
        assertThat(administrator.json().path("components").has("pools")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/9.1\r\nHost: a\r\n\r\n",
                "GET /<> HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /..;/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "FOO /api/v1/volumes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"
            })
    void shouldAnswerWhatIsNotEvenHttpWithAProblem(String request) throws IOException {
        assertThat(exchange(request))
                .startsWith("HTTP/1.1 ")
                .contains("Content-Type: application/problem+json")
                .contains("https://weir.dev/problems/")
                .doesNotContain("<html");
    }

    @Test
    void shouldAnswerAHeaderThatIsTooLargeWithAProblem() throws IOException {
        var request = "GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n".formatted("a".repeat(40_000));

        assertThat(exchange(request)).contains("application/problem+json").contains("16 KiB");
    }

    @ParameterizedTest
    @CsvSource({"GET, /api/v1/volumes", "GET, /", "HEAD, /", "HEAD, /api/v1/volumes"})
    void shouldForbidBrowsersWhatTheyNeedNotDo(String method, String path) {
        var answer = weir.send(weir.request(path).method(method, BodyPublishers.noBody()));

        assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'self'");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
    }

    private static RunningController.Answer createPool(String path, String size) {
        return weir.post(
                "/api/v1/pools",
                "{\"name\":\"bad\",\"devices\":[{\"path\":\"%s\",\"size\":\"%s\"}]}"
                        .formatted(path, size));
    }

    private static void assertProblem(RunningController.Answer answer, int status, String problem) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.problem()).isEqualTo(problem);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        for (var member : new String[] {"title", "detail", "cause", "correction"}) {
            assertThat(answer.json().path(member).asString()).as(member).isNotBlank();
        }
    }

    private static String exchange(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), weir.server().httpPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

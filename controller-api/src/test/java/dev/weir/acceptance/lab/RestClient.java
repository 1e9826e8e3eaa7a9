package dev.weir.acceptance.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Weir's REST as an administrator with the token sees it; paths are relative to the API. */
public final class RestClient {
    private static final Duration REQUEST_LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI server;
    private final Optional<String> token;

    /** What came back. */
    public record Answer(int status, String contentType, String text) {

        public JsonNode json() {
            return text.isEmpty() ? MissingNode.getInstance() : JsonMapper.shared().readTree(text);
        }

        /** Fails the test unless the status is the expected one. */
        public JsonNode expect(int expected) {
            assertThat(status).as("status; the answer was %s", text).isEqualTo(expected);
            return json();
        }
    }

    RestClient(URI server, String token) {
        this(server, Optional.of(token));
    }

    private RestClient(URI server, Optional<String> token) {
        this.server = server;
        this.token = token;
    }

    /** The same server, spoken to with another token. */
    public RestClient withToken(Optional<String> other) {
        return new RestClient(server, other);
    }

    public URI server() {
        return server;
    }

    public Answer get(String path) {
        return send("GET", "/api/v1" + path, Optional.empty());
    }

    public Answer post(String path, String json) {
        return send("POST", "/api/v1" + path, Optional.of(json));
    }

    public Answer patch(String path, String json) {
        return send("PATCH", "/api/v1" + path, Optional.of(json));
    }

    public Answer delete(String path) {
        return send("DELETE", "/api/v1" + path, Optional.empty());
    }

    /** Any request, to any path of the server. */
    public Answer send(String method, String path, Optional<String> json) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).timeout(REQUEST_LIMIT);
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        json.ifPresent(body -> request.header("Content-Type", "application/json"));
        request.method(method, json.map(BodyPublishers::ofString).orElse(BodyPublishers.noBody()));
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    public JsonNode pool(String name) {
        return get("/pools/" + name).expect(200);
    }

    public JsonNode volume(String name) {
        return get("/volumes/" + name).expect(200);
    }

    public JsonNode createVolume(String name, String pool, Object size) {
        return post(
                        "/volumes",
                        """
                        {"name":"%s","pool":"%s","size":"%s"}\
                        """
                                .formatted(name, pool, size))
                .expect(201);
    }

    /** Exports the volume over NBD and returns where. */
    public URI export(String volume) {
        JsonNode export =
                post("/volumes/" + volume + "/exports", "{\"protocol\":\"nbd\"}").expect(201);
        return URI.create(export.path("uri").asString());
    }

    /** Where the volume is exported over NBD now; the port may have changed with a restart. */
    public URI nbd(String volume) {
        return URI.create(volume(volume).path("exports").path(0).path("uri").asString());
    }

    /** Asks again until the answer satisfies the condition; fails when the time is up. */
    public JsonNode await(String path, Predicate<JsonNode> condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonNode answer = get(path).expect(200);
            if (condition.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(path + " is still " + answer + " after " + limit);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_INTERVAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}

package dev.weir.controller;

import dev.weir.controller.settings.StartupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real controller on a directory and on free ports, and a client that has the token. */
final class RunningController implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final WeirServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String token;

    /** What came back. */
    record Answer(int status, HttpResponse<String> response) {
        JsonNode json() {
            return JSON.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The last part of the type of a problem. */
        String problem() {
            var type = json().path("type").asString();
            return type.substring(type.lastIndexOf('/') + 1);
        }
    }

    private RunningController(WeirServer server, String token) {
        this.server = server;
        this.token = token;
    }

    static RunningController start(Path dataDir, String... arguments) throws StartupException {
        return start(dataDir, _ -> {}, arguments);
    }

    static RunningController start(
            Path dataDir,
            ApplicationContextInitializer<ConfigurableApplicationContext> extension,
            String... arguments)
            throws StartupException {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--weir.data-dir=" + dataDir);
        for (var port : List.of("--weir.http-port", "--weir.nbd-port", "--weir.iscsi-port")) {
            if (all.stream().noneMatch(argument -> argument.startsWith(port))) {
                all.add(port + "=0");
            }
        }
        var server = WeirServer.start(extension, all.toArray(String[]::new));
        try {
            return new RunningController(
                    server, Files.readString(dataDir.resolve("admin-token")).strip());
        } catch (IOException e) {
            server.close();
            throw new UncheckedIOException(e);
        }
    }

    WeirServer server() {
        return server;
    }

    <T> T bean(Class<T> type) {
        return server.context().getBean(type);
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, String json, String... headers) {
        return send(withJson(request(path), headers).POST(BodyPublishers.ofString(json)));
    }

    Answer patch(String path, String json, String... headers) {
        return send(
                withJson(request(path), headers).method("PATCH", BodyPublishers.ofString(json)));
    }

    Answer delete(String path, String... headers) {
        var request = request(path).DELETE();
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** A request with the token, to be completed. */
    HttpRequest.Builder request(String path) {
        return anonymous(path).header("Authorization", "Bearer " + token);
    }

    HttpRequest.Builder anonymous(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path));
    }

    Answer send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
        server.close();
    }

    private static HttpRequest.Builder withJson(HttpRequest.Builder request, String... headers) {
        request.header("Content-Type", "application/json");
        return headers.length == 0 ? request : request.headers(headers);
    }
}

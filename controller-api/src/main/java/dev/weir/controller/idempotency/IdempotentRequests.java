package dev.weir.controller.idempotency;

import dev.weir.blockio.StorageException;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.controller.settings.SecretBox;
import dev.weir.db.IdempotencyRow;
import dev.weir.db.IdempotencyStore;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lets a client send a POST again when it does not know whether the first arrived: the same key
 * with the same request gives the same answer.
 *
 * <p>A key also fixes the identity of what its request creates. So a request that a crash cut off
 * after its effect, but before its answer was kept, finds its own work when it is repeated.
 */
@Component
public class IdempotentRequests {
    public static final String HEADER = "Idempotency-Key";

    /** Answers are kept this long. */
    static final Duration KEPT = Duration.ofHours(24);

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final IdempotencyStore keys;
    private final SecretBox secrets;
    private final JsonMapper json;
    private final Clock clock;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    IdempotentRequests(
            IdempotencyStore keys, DataDirectory directory, JsonMapper json, Clock clock) {
        this.keys = keys;
        this.secrets = directory.secrets();
        this.json = json;
        this.clock = clock;
    }

    /** Makes what a request asks for. */
    @FunctionalInterface
    public interface Creation<T> {
        Created<T> create(UUID id) throws StorageException;
    }

    /** What a request created, and where it is. */
    public record Created<T>(URI location, T body) {}

    /**
     * Answers 201 with what {@code creation} makes, or with what it made before.
     *
     * @param operation the method and address of the request
     * @param creation makes the resource, with the identity given to it
     */
    public <T> ResponseEntity<T> create(
            @Nullable String key,
            String operation,
            Object request,
            Class<T> type,
            Creation<T> creation)
            throws StorageException {
        if (key == null) {
            return answer(creation.create(UUID.randomUUID()));
        }
        if (!KEY.matcher(key).matches()) {
            throw Problems.invalid(
                    "Idempotency-Key",
                    "The header Idempotency-Key is no key.",
                    "Use 1 to 255 visible ASCII characters, such as a UUID.");
        }
        if (!running.add(key)) {
            throw inUse(key);
        }
        try {
            return once(key, fingerprint(operation, request), type, creation);
        } finally {
            running.remove(key);
        }
    }

    private <T> ResponseEntity<T> once(
            String key, String fingerprint, Class<T> type, Creation<T> creation)
            throws StorageException {
        keys.forgetOlderThan(clock.instant().minus(KEPT));
        var row = keys.find(key).orElseGet(() -> begin(key, fingerprint));
        if (!row.fingerprint().equals(fingerprint)) {
            throw reused(key);
        }
        var location = row.location();
        var answer = row.answer();
        if (location != null && answer != null) {
            return answer(new Created<>(URI.create(location), json.readValue(answer, type)));
        }
        Created<T> created;
        try {
            created = creation.create(row.resourceId());
        } catch (StorageException | RuntimeException e) {
            keys.forget(key);
            throw e;
        }
        keys.complete(key, created.location().toString(), json.writeValueAsString(created.body()));
        return answer(created);
    }

    private IdempotencyRow begin(String key, String fingerprint) {
        if (!keys.begin(key, fingerprint, UUID.randomUUID(), clock.instant())) {
            throw inUse(key);
        }
        return keys.find(key).orElseThrow(() -> inUse(key));
    }

    /** Keyed, because a request may hold the secret of an initiator. */
    private String fingerprint(String operation, Object request) {
        return secrets.fingerprint(json.writeValueAsBytes(List.of(operation, request)));
    }

    private static <T> ResponseEntity<T> answer(Created<T> created) {
        return ResponseEntity.created(created.location()).body(created.body());
    }

    private static RuntimeException inUse(String key) {
        return new Problem(
                        ProblemType.IDEMPOTENCY_KEY_IN_USE,
                        "A request with this Idempotency-Key is running.",
                        "The first request has not been answered yet.",
                        "Wait a moment and send it again.")
                .with("idempotencyKey", key)
                .exception();
    }

    private static RuntimeException reused(String key) {
        return new Problem(
                        ProblemType.IDEMPOTENCY_KEY_REUSED,
                        "This Idempotency-Key belongs to another request.",
                        "A key was sent with a different address or body within the last 24 hours.",
                        "Use a new key for each new request.")
                .with("idempotencyKey", key)
                .exception();
    }
}

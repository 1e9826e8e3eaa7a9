package dev.weir.db;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request that may be repeated.
 *
 * @param key chosen by the client
 * @param fingerprint of the request it was first used with
 * @param resourceId the identity that whatever the request creates gets, in every attempt
 * @param location where the answer pointed to; null while there is no answer
 * @param answer the body of the answer; null while there is no answer
 */
public record IdempotencyRow(
        String key,
        String fingerprint,
        UUID resourceId,
        @Nullable String location,
        @Nullable String answer,
        Instant createdAt) {}

package dev.weir.db;

import java.time.Instant;
import java.util.UUID;

/** A remembered pool; the name is unique. */
public record PoolRow(
        UUID id,
        String name,
        long extentBytes,
        int grainBytes,
        Lifecycle state,
        Instant createdAt) {}

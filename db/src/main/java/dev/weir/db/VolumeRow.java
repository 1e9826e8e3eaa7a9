package dev.weir.db;

import java.time.Instant;
import java.util.UUID;

/**
 * A remembered volume; the name is unique across pools.
 *
 * @param version rises with each change of the row; 0 in a new one
 */
public record VolumeRow(
        UUID id,
        String name,
        UUID poolId,
        long sizeBytes,
        VolumeState state,
        Instant createdAt,
        long version) {}

package dev.weir.db;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A remembered device.
 *
 * @param id of the row
 * @param identity what the engine wrote on the device; null until it was formatted
 * @param path real path of the file; unique
 */
public record DeviceRow(
        UUID id,
        UUID poolId,
        @Nullable UUID identity,
        String path,
        long sizeBytes,
        Lifecycle state,
        Instant createdAt) {}

package dev.weir.db;

import java.util.UUID;

/** One extent that a volume holds: the inventory's copy of what the engine knows. */
public record ExtentRow(
        long extent, UUID volumeId, UUID deviceId, long offsetBytes, long mappedBytes) {}

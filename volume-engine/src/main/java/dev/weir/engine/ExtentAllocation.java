package dev.weir.engine;

import java.util.UUID;

/**
 * One extent that a volume holds.
 *
 * @param extent logical number in the pool
 * @param volume the volume that holds it
 * @param device where its bytes are
 * @param offsetBytes where on that device
 * @param mappedBytes grains in it that hold data
 */
public record ExtentAllocation(
        long extent, UUID volume, UUID device, long offsetBytes, long mappedBytes) {}

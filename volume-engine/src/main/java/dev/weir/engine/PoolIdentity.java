package dev.weir.engine;

import java.util.UUID;

/**
 * What a device says about where it belongs.
 *
 * @param index its position in the pool
 */
public record PoolIdentity(UUID poolId, String poolName, UUID deviceId, int index) {}

package dev.weir.engine;

import java.util.UUID;

/**
 * What a new pool shall be.
 *
 * @param id identity, written to every device; never reused
 * @param name for people and for import; not unique to the engine
 * @param extentBytes unit of placement: a power of two from 4 MiB to 1 GiB
 * @param grainBytes unit of mapping: a power of two from 4 KiB to 1 MiB
 */
public record PoolSpec(UUID id, String name, long extentBytes, int grainBytes) {

    public PoolSpec {
        Limits.checkPowerOfTwo(
                "extent size", extentBytes, Limits.MIN_EXTENT_BYTES, Limits.MAX_EXTENT_BYTES);
        Limits.checkPowerOfTwo(
                "grain size", grainBytes, Limits.MIN_GRAIN_BYTES, Limits.MAX_GRAIN_BYTES);
        Limits.checkName(name);
    }
}

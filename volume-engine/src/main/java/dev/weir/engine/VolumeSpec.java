package dev.weir.engine;

import java.util.UUID;

/**
 * What a new volume shall be.
 *
 * @param id identity; never reused
 * @param name for people and for import; not unique to the engine
 * @param sizeBytes virtual size: a positive multiple of {@link Limits#SECTOR_BYTES}
 */
public record VolumeSpec(UUID id, String name, long sizeBytes) {

    public VolumeSpec {
        Limits.checkName(name);
    }
}

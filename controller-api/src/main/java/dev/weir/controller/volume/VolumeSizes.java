package dev.weir.controller.volume;

import dev.weir.controller.json.ByteSize;
import dev.weir.controller.problem.Problems;
import dev.weir.engine.Limits;
import dev.weir.engine.PoolSpec;
import org.jspecify.annotations.Nullable;

/**
 * Which sizes a volume can have: a positive multiple of a sector, as many grains as a map holds.
 */
final class VolumeSizes {
    private VolumeSizes() {}

    static long check(@Nullable ByteSize size, PoolSpec pool) {
        if (size == null) {
            throw Problems.missing("size");
        }
        long bytes = size.bytes();
        long max = Limits.MAX_VOLUME_GRAINS * pool.grainBytes();
        if (bytes <= 0 || bytes % Limits.SECTOR_BYTES != 0 || bytes > max) {
            throw Problems.invalid(
                    "size",
                    "A volume of %s is not possible.".formatted(size.inWords()),
                    "Choose a multiple of %d from %d to %d bytes; that limit comes with the grain size of the pool."
                            .formatted(Limits.SECTOR_BYTES, Limits.SECTOR_BYTES, max));
        }
        return bytes;
    }
}

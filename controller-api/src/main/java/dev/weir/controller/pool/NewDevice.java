package dev.weir.controller.pool;

import dev.weir.controller.json.ByteSize;
import dev.weir.controller.problem.Problems;
import dev.weir.engine.Limits;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A file that a client wants to be a device. */
@Schema(requiredProperties = "path")
public record NewDevice(
        @Schema(
                        description =
                                "Absolute path of a file that does not exist, or of an empty one; or of a device of the pool that comes back",
                        example = "/srv/weir/d0")
                @Nullable String path,
        @Schema(
                        description =
                                "At least 64MiB; the file is sparse. Only a device that comes back needs none: it has its own",
                        example = "10GiB")
                @Nullable ByteSize size) {

    /** A device that can be, as far as its own fields say. */
    record Checked(String path, long sizeBytes) {}

    static Checked check(@Nullable NewDevice device) {
        if (device == null || device.path == null) {
            throw Problems.missing("path");
        }
        if (device.size == null) {
            throw Problems.missing("size");
        }
        long bytes = device.size.bytes();
        if (bytes < Limits.MIN_DEVICE_BYTES
                || bytes > Limits.MAX_DEVICE_BYTES
                || bytes % Limits.SECTOR_BYTES != 0) {
            throw Problems.invalid(
                    "size",
                    "A device of %s is not possible.".formatted(device.size.inWords()),
                    "Choose a multiple of %d from %d to %d bytes."
                            .formatted(
                                    Limits.SECTOR_BYTES,
                                    Limits.MIN_DEVICE_BYTES,
                                    Limits.MAX_DEVICE_BYTES));
        }
        return new Checked(device.path, bytes);
    }
}

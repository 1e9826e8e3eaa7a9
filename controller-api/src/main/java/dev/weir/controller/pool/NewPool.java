package dev.weir.controller.pool;

import dev.weir.controller.json.ByteSize;
import dev.weir.controller.problem.Problems;
import dev.weir.engine.Limits;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client wants of a new pool. */
@Schema(requiredProperties = {"name", "devices"})
public record NewPool(
        @Schema(example = "fast") @Nullable String name,
        @Schema(
                        description = "Unit of placement: a power of two from 4MiB to 1GiB",
                        defaultValue = "16MiB")
                @Nullable ByteSize extentSize,
        @Schema(
                        description = "Unit of mapping: a power of two from 4KiB to 1MiB",
                        defaultValue = "64KiB")
                @Nullable ByteSize grainSize,
        @Nullable List<@Nullable NewDevice> devices) {

    /** A pool that can be. */
    record Checked(
            String name, long extentBytes, int grainBytes, List<NewDevice.Checked> devices) {}

    Checked checked() {
        if (devices == null) {
            throw Problems.missing("devices");
        }
        if (devices.isEmpty() || devices.size() > Limits.MAX_DEVICES) {
            throw Problems.invalid(
                    "devices",
                    "A pool of %d devices is not possible.".formatted(devices.size()),
                    "Give 1 to %d devices.".formatted(Limits.MAX_DEVICES));
        }
        return new Checked(
                Names.check(name),
                powerOfTwo(
                        "extentSize",
                        extentSize,
                        Limits.DEFAULT_EXTENT_BYTES,
                        Limits.MIN_EXTENT_BYTES,
                        Limits.MAX_EXTENT_BYTES),
                (int)
                        powerOfTwo(
                                "grainSize",
                                grainSize,
                                Limits.DEFAULT_GRAIN_BYTES,
                                Limits.MIN_GRAIN_BYTES,
                                Limits.MAX_GRAIN_BYTES),
                devices.stream().map(NewDevice::check).toList());
    }

    private static long powerOfTwo(
            String field, @Nullable ByteSize size, long standard, long min, long max) {
        if (size == null) {
            return standard;
        }
        if (Long.bitCount(size.bytes()) != 1 || size.bytes() < min || size.bytes() > max) {
            throw Problems.invalid(
                    field,
                    "The %s of %s is not possible.".formatted(field, size.inWords()),
                    "Choose a power of two from %d to %d bytes.".formatted(min, max));
        }
        return size.bytes();
    }
}

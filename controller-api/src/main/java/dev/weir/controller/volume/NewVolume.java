package dev.weir.controller.volume;

import dev.weir.controller.json.ByteSize;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a client wants of a new volume. */
@Schema(requiredProperties = {"name", "pool", "size"})
record NewVolume(
        @Schema(example = "db01") @Nullable String name,
        @Schema(example = "default") @Nullable String pool,
        @Schema(description = "Virtual size; space is taken as it is written", example = "10GiB")
                @Nullable ByteSize size) {}

package dev.weir.controller.volume;

import dev.weir.controller.json.ByteSize;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a client wants changed; what is absent stays. */
record VolumeChange(
        @Schema(example = "db02") @Nullable String name,
        @Schema(
                        description =
                                "New virtual size; a shrink must leave all written data within",
                        example = "20GiB")
                @Nullable ByteSize size) {}

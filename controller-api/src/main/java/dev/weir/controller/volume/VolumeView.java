package dev.weir.controller.volume;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A volume as a client sees it. What only the engine knows is absent while the volume is not
 * online.
 */
@Schema(
        name = "Volume",
        requiredProperties = {"id", "name", "pool", "sizeBytes", "state", "exports", "createdAt"})
record VolumeView(
        UUID id,
        @Schema(example = "db01") String name,
        @Schema(example = "default") String pool,
        @Schema(description = "Virtual size", example = "10737418240") long sizeBytes,
        @Schema(description = "What has been written, in whole grains") @Nullable Long mappedBytes,
        @Schema(description = "Pool space held, in whole extents") @Nullable Long allocatedBytes,
        State state,
        List<ExportReference> exports,
        Instant createdAt) {

    /** How a volume is. */
    enum State {
        ONLINE,
        CREATING,
        DELETING,
        /** Its pool serves, but does not have it. */
        MISSING,
        /** A part of its data is out of reach, or may be; all else is served. */
        DEGRADED,
        /** All of its data is out of reach. */
        FAILED,
        /** Its pool does not serve. */
        OFFLINE
    }

    /** How a volume is offered. */
    @Schema(requiredProperties = {"id", "protocol", "uri"})
    record ExportReference(
            UUID id,
            @Schema(example = "nbd") String protocol,
            @Schema(example = "nbd://127.0.0.1:10809/db01") String uri) {}
}

package dev.weir.controller.event;

import dev.weir.db.EventRow;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;

/** Something that happened. */
@Schema(
        name = "Event",
        requiredProperties = {"id", "at", "kind", "subject", "message"})
record EventView(
        @Schema(description = "Rises with time", example = "42") long id,
        Instant at,
        @Schema(example = "volume.created") String kind,
        @Schema(description = "The resource it happened to", example = "volumes/db01")
                String subject,
        @Schema(example = "Volume db01 of 10737418240 bytes in pool default") String message) {

    static EventView of(EventRow row) {
        return new EventView(row.id(), row.occurredAt(), row.kind(), row.subject(), row.message());
    }
}

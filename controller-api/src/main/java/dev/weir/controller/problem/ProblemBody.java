package dev.weir.controller.problem;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;
import java.util.Map;

/** A problem on the wire: {@code application/problem+json}, RFC 9457 3. */
@Schema(
        name = "Problem",
        description = "An error (RFC 9457). Names of what is involved follow as further members.",
        requiredProperties = {"type", "title", "status", "detail", "cause", "correction"})
@JsonPropertyOrder({"type", "title", "status", "detail", "cause", "correction"})
public record ProblemBody(
        @Schema(example = "https://weir.dev/problems/unknown-volume") URI type,
        @Schema(example = "There is no such volume") String title,
        @Schema(example = "404") int status,
        @Schema(example = "There is no volume named db02.") String detail,
        @Schema(example = "It was never created, or it was deleted or renamed.") String cause,
        @Schema(example = "GET /api/v1/volumes lists the volumes.") String correction,
        @JsonAnyGetter @Schema(hidden = true) Map<String, Object> names) {

    public static ProblemBody of(Problem problem) {
        return new ProblemBody(
                problem.type().uri(),
                problem.type().title(),
                problem.type().status(),
                problem.detail(),
                problem.cause(),
                problem.correction(),
                problem.names());
    }
}

package dev.weir.controller.job;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.db.JobRow;
import dev.weir.db.JobState;
import dev.weir.db.JobStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Jobs, to be looked at. */
@Tag(name = "jobs")
@RestController
@RequestMapping("/api/v1/jobs")
class JobController {
    /** Jobs in the list. */
    static final int MAX_LISTED = 100;

    private final JobStore jobs;

    JobController(JobStore jobs) {
        this.jobs = jobs;
    }

    /** A piece of long work. */
    @Schema(
            name = "Job",
            requiredProperties = {"id", "kind", "state", "detail", "startedAt"})
    record JobView(
            UUID id,
            @Schema(example = "reconcile") String kind,
            JobState state,
            @Schema(example = "2 pools, 17 volumes, no differences") String detail,
            Instant startedAt,
            @Schema(description = "Absent while it runs") @Nullable Instant finishedAt) {

        static JobView of(JobRow row) {
            return new JobView(
                    row.id(),
                    row.kind(),
                    row.state(),
                    row.detail(),
                    row.startedAt(),
                    row.finishedAt());
        }
    }

    /** The newest jobs, newest first. */
    @Schema(
            name = "JobList",
            requiredProperties = {"items"})
    record JobList(List<JobView> items) {}

    @Operation(operationId = "listJobs", summary = "The newest jobs, newest first")
    @GetMapping
    JobList list() {
        return new JobList(jobs.newest(MAX_LISTED).stream().map(JobView::of).toList());
    }

    @Operation(operationId = "getJob", summary = "One job")
    @GetMapping("/{id}")
    JobView get(@PathVariable String id) {
        return parsed(id)
                .flatMap(jobs::byId)
                .map(JobView::of)
                .orElseThrow(() ->
                        new Problem(
                                        ProblemType.UNKNOWN_JOB,
                                        "There is no such job.",
                                        "It never ran, or its id is mistyped.",
                                        "GET /api/v1/jobs lists the newest jobs.")
                                .with("job", id)
                                .exception());
    }

    private static java.util.Optional<UUID> parsed(String id) {
        try {
            return java.util.Optional.of(UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            return java.util.Optional.empty();
        }
    }
}

package dev.weir.controller.export;

import dev.weir.blockio.StorageException;
import dev.weir.controller.idempotency.IdempotentRequests;
import dev.weir.controller.idempotency.IdempotentRequests.Created;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import dev.weir.db.ExportRow;
import dev.weir.db.ExportStore;
import dev.weir.db.VolumeStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Exports over REST. */
@Tag(name = "exports")
@RestController
@RequestMapping("/api/v1")
class ExportController {
    private final ExportStore exports;
    private final VolumeStore volumes;
    private final ExportProvisioning provisioning;
    private final ExportViews views;
    private final IdempotentRequests requests;

    ExportController(
            ExportStore exports,
            VolumeStore volumes,
            ExportProvisioning provisioning,
            ExportViews views,
            IdempotentRequests requests) {
        this.exports = exports;
        this.volumes = volumes;
        this.provisioning = provisioning;
        this.views = views;
        this.requests = requests;
    }

    /** Every export, by volume. */
    @Schema(
            name = "ExportList",
            requiredProperties = {"items"})
    record ExportList(List<ExportView> items) {}

    @Operation(operationId = "listExports", summary = "Every export with its connected clients")
    @GetMapping("/exports")
    ExportList list() {
        return new ExportList(
                exports.all().stream()
                        .sorted(Comparator.comparing(ExportRow::name))
                        .map(views::view)
                        .toList());
    }

    @Operation(operationId = "getExport", summary = "One export with its connected clients")
    @GetMapping("/exports/{id}")
    ExportView get(@PathVariable String id) {
        return views.view(require(id));
    }

    @Operation(operationId = "createExport", summary = "Offer a volume to clients")
    @ResponseStatus(HttpStatus.CREATED)
    @PostMapping("/volumes/{volume}/exports")
    ResponseEntity<ExportView> create(
            @PathVariable String volume,
            @RequestHeader(name = IdempotentRequests.HEADER, required = false) @Nullable String key,
            @RequestBody NewExport request)
            throws StorageException {
        var row = volumes.byName(volume).orElseThrow(() -> Problems.unknownVolume(volume));
        return requests.create(
                key,
                "POST /volumes/%s/exports".formatted(row.id()),
                request,
                ExportView.class,
                id -> {
                    var export = provisioning.create(id, row, request);
                    return new Created<>(
                            URI.create("/api/v1/exports/" + export.id()), views.view(export));
                });
    }

    @Operation(
            operationId = "deleteExport",
            summary = "Withdraw an export; clients still connected are disconnected")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @DeleteMapping("/exports/{id}")
    void delete(@PathVariable String id) {
        provisioning.delete(require(id));
    }

    private ExportRow require(String id) {
        return uuid(id).flatMap(exports::byId)
                .orElseThrow(() ->
                        new Problem(
                                        ProblemType.UNKNOWN_EXPORT,
                                        "There is no such export.",
                                        "It was never created, or it was deleted.",
                                        "GET /api/v1/exports lists the exports.")
                                .with("export", id)
                                .exception());
    }

    private static java.util.Optional<UUID> uuid(String text) {
        try {
            return java.util.Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return java.util.Optional.empty();
        }
    }
}

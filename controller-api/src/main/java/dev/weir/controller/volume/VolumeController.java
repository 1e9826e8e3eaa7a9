package dev.weir.controller.volume;

import dev.weir.blockio.StorageException;
import dev.weir.controller.idempotency.IdempotentRequests;
import dev.weir.controller.idempotency.IdempotentRequests.Created;
import dev.weir.controller.problem.Problems;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Volumes over REST. */
@Tag(name = "volumes")
@RestController
@RequestMapping("/api/v1/volumes")
class VolumeController {
    private final VolumeStore volumes;
    private final PoolStore pools;
    private final VolumeProvisioning provisioning;
    private final VolumeViews views;
    private final IdempotentRequests requests;

    VolumeController(
            VolumeStore volumes,
            PoolStore pools,
            VolumeProvisioning provisioning,
            VolumeViews views,
            IdempotentRequests requests) {
        this.volumes = volumes;
        this.pools = pools;
        this.provisioning = provisioning;
        this.views = views;
        this.requests = requests;
    }

    /** One page of a list of volumes. */
    @Schema(
            name = "VolumeList",
            requiredProperties = {"items", "page", "pageSize", "totalItems"})
    record VolumeList(List<VolumeView> items, int page, int pageSize, long totalItems) {}

    @Operation(operationId = "listVolumes", summary = "Volumes, a page at a time")
    @GetMapping
    VolumeList list(
            @Parameter(description = "Only those of this pool") @RequestParam(required = false)
                    @Nullable String pool,
            @Parameter(description = "From 0") @RequestParam(defaultValue = "0") int page,
            @Parameter(description = "From 1 to 1000") @RequestParam(defaultValue = "100")
                    int pageSize,
            @Parameter(
                            description =
                                    "name, sizeBytes or createdAt, and optionally ,asc or ,desc",
                            example = "sizeBytes,desc")
                    @RequestParam(defaultValue = "name")
                    String sort) {
        var poolId =
                pool == null
                        ? null
                        : pools.byName(pool).orElseThrow(() -> Problems.unknownPool(pool)).id();
        var found = volumes.page(VolumeListing.query(poolId, page, pageSize, sort));
        return new VolumeList(views.views(found.items()), page, pageSize, found.totalItems());
    }

    /** The tag is set by hand: with a {@code ResponseEntity} it would make stale 304 answers. */
    @Operation(operationId = "getVolume", summary = "One volume")
    @GetMapping("/{volume}")
    VolumeView get(@PathVariable String volume, HttpServletResponse response) {
        var row = require(volume);
        response.setHeader(HttpHeaders.ETAG, EntityTag.of(row));
        return views.view(row);
    }

    @Operation(operationId = "createVolume", summary = "Create a thin volume")
    @ResponseStatus(HttpStatus.CREATED)
    @PostMapping
    ResponseEntity<VolumeView> create(
            @RequestHeader(name = IdempotentRequests.HEADER, required = false) @Nullable String key,
            @RequestBody NewVolume request)
            throws StorageException {
        return requests.create(
                key,
                "POST /volumes",
                request,
                VolumeView.class,
                id -> {
                    var row = provisioning.create(id, request);
                    return new Created<>(
                            URI.create("/api/v1/volumes/" + row.name()), views.view(row));
                });
    }

    @Operation(
            operationId = "changeVolume",
            summary = "Resize or rename a volume; attached clients see the new size")
    @PatchMapping("/{volume}")
    VolumeView change(
            @PathVariable String volume,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody VolumeChange change,
            HttpServletResponse response)
            throws StorageException {
        var row = provisioning.change(require(volume), ifMatch, change);
        response.setHeader(HttpHeaders.ETAG, EntityTag.of(row));
        return views.view(row);
    }

    @Operation(
            operationId = "deleteVolume",
            summary = "Delete a volume and give its space back; it must not be exported")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @DeleteMapping("/{volume}")
    void delete(
            @PathVariable String volume,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch)
            throws StorageException {
        provisioning.delete(require(volume), ifMatch);
    }

    private VolumeRow require(String name) {
        return volumes.byName(name).orElseThrow(() -> Problems.unknownVolume(name));
    }
}

package dev.weir.controller.extent;

import dev.weir.controller.problem.Problems;
import dev.weir.db.ExtentRow;
import dev.weir.db.ExtentStore;
import dev.weir.db.PoolStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Where the extents of a pool are. */
@Tag(name = "pools")
@RestController
class ExtentController {
    static final int MAX_LIMIT = 10_000;

    private final PoolStore pools;
    private final ExtentStore extents;

    ExtentController(PoolStore pools, ExtentStore extents) {
        this.pools = pools;
        this.extents = extents;
    }

    /** Extents that are held, by number. */
    @Schema(
            name = "ExtentList",
            requiredProperties = {"items"})
    record ExtentList(List<ExtentView> items) {}

    /** An extent that a volume holds. */
    @Schema(
            name = "Extent",
            requiredProperties = {"extent", "volumeId", "deviceId", "offsetBytes", "mappedBytes"})
    record ExtentView(
            @Schema(description = "Logical number in the pool") long extent,
            UUID volumeId,
            UUID deviceId,
            @Schema(description = "Where on the device") long offsetBytes,
            @Schema(description = "Grains in it that hold data") long mappedBytes) {

        static ExtentView of(ExtentRow row) {
            return new ExtentView(
                    row.extent(),
                    row.volumeId(),
                    row.deviceId(),
                    row.offsetBytes(),
                    row.mappedBytes());
        }
    }

    @Operation(
            operationId = "listExtents",
            summary =
                    "What is where: the extents of a pool that volumes hold, as of a second or so ago")
    @GetMapping("/api/v1/pools/{pool}/extents")
    ExtentList list(
            @PathVariable String pool,
            @Parameter(description = "Only extents with a greater number")
                    @RequestParam(defaultValue = "-1")
                    long after,
            @Parameter(description = "From 1 to 10000") @RequestParam(defaultValue = "1000")
                    int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Problems.parameter(
                    "limit",
                    "The limit %d is not possible.".formatted(limit),
                    "Choose a limit from 1 to %d.".formatted(MAX_LIMIT));
        }
        var row = pools.byName(pool).orElseThrow(() -> Problems.unknownPool(pool));
        return new ExtentList(
                extents.after(row.id(), after, limit).stream().map(ExtentView::of).toList());
    }
}

package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.controller.idempotency.IdempotentRequests;
import dev.weir.controller.idempotency.IdempotentRequests.Created;
import dev.weir.controller.problem.Problems;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
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
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Pools over REST. */
@Tag(name = "pools")
@RestController
@RequestMapping("/api/v1/pools")
class PoolController {
    private final PoolStore pools;
    private final OpenPools openPools;
    private final PoolProvisioning provisioning;
    private final ReturningDevices returning;
    private final PoolRemoval removal;
    private final IdempotentRequests requests;

    PoolController(
            PoolStore pools,
            OpenPools openPools,
            PoolProvisioning provisioning,
            ReturningDevices returning,
            PoolRemoval removal,
            IdempotentRequests requests) {
        this.pools = pools;
        this.openPools = openPools;
        this.provisioning = provisioning;
        this.returning = returning;
        this.removal = removal;
        this.requests = requests;
    }

    /** Every pool, by name. */
    @Schema(
            name = "PoolList",
            requiredProperties = {"items"})
    record PoolList(List<PoolView> items) {}

    @Operation(operationId = "listPools", summary = "Every pool, by name")
    @GetMapping
    PoolList list() {
        return new PoolList(
                pools.all().stream()
                        .sorted(Comparator.comparing(PoolRow::name))
                        .map(this::view)
                        .toList());
    }

    @Operation(operationId = "getPool", summary = "One pool, with its devices and how full it is")
    @GetMapping("/{pool}")
    PoolView get(@PathVariable String pool) {
        return view(require(pool));
    }

    @Operation(operationId = "createPool", summary = "Make a pool on new device files")
    @ResponseStatus(HttpStatus.CREATED)
    @PostMapping
    ResponseEntity<PoolView> create(
            @RequestHeader(name = IdempotentRequests.HEADER, required = false) @Nullable String key,
            @RequestBody NewPool request)
            throws StorageException {
        return requests.create(
                key,
                "POST /pools",
                request,
                PoolView.class,
                id -> {
                    var row = provisioning.create(id, request);
                    return new Created<>(URI.create("/api/v1/pools/" + row.name()), view(row));
                });
    }

    @Operation(
            operationId = "addDevice",
            summary =
                    "Add a new device file to a pool, which goes on serving; or attach a device of the pool again that was missing or had failed, which reopens the pool: its clients are disconnected and can connect again")
    @ResponseStatus(HttpStatus.CREATED)
    @PostMapping("/{pool}/devices")
    ResponseEntity<PoolView> addDevice(
            @PathVariable String pool,
            @RequestHeader(name = IdempotentRequests.HEADER, required = false) @Nullable String key,
            @RequestBody NewDevice request)
            throws StorageException {
        var row = require(pool);
        return requests.create(
                key,
                "POST /pools/%s/devices".formatted(row.id()),
                request,
                PoolView.class,
                id -> {
                    if (!returning.attach(row, request)) {
                        provisioning.addDevice(row, id, request);
                    }
                    return new Created<>(URI.create("/api/v1/pools/" + row.name()), view(row));
                });
    }

    @Operation(
            operationId = "deletePool",
            summary =
                    "Delete a pool that has no volumes; its device files stay, empty, or are removed if asked")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @DeleteMapping("/{pool}")
    void delete(
            @PathVariable String pool,
            @Parameter(description = "Whether to remove the device files too")
                    @RequestParam(defaultValue = "false")
                    boolean deleteFiles)
            throws StorageException {
        removal.delete(require(pool), deleteFiles);
    }

    private PoolRow require(String name) {
        return pools.byName(name).orElseThrow(() -> Problems.unknownPool(name));
    }

    private PoolView view(PoolRow row) {
        return switch (openPools.condition(row.id())) {
            case OpenPools.Condition.Serving(var pool) ->
                    PoolView.serving(
                            row,
                            openPools.health(row.id()),
                            pool.usage(),
                            pool.devices(),
                            pools.devices(row.id()));
            case OpenPools.Condition.Failed(String reason) ->
                    PoolView.failed(row, reason, pools.devices(row.id()));
        };
    }
}

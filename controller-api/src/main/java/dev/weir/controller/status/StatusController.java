package dev.weir.controller.status;

import dev.weir.controller.export.IscsiEndpoint;
import dev.weir.controller.export.NbdEndpoint;
import dev.weir.controller.health.FillWatch;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolFill;
import dev.weir.controller.pool.PoolHealth;
import dev.weir.controller.reconcile.Difference;
import dev.weir.controller.reconcile.Differences;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The controller at a glance. */
@Tag(name = "status")
@RestController
class StatusController {
    private final PoolStore pools;
    private final VolumeStore volumes;
    private final OpenPools openPools;
    private final NbdEndpoint nbd;
    private final IscsiEndpoint iscsi;
    private final FillWatch fills;
    private final Differences differences;
    private final DataDirectory directory;
    private final Instant startedAt;

    StatusController(
            PoolStore pools,
            VolumeStore volumes,
            OpenPools openPools,
            NbdEndpoint nbd,
            IscsiEndpoint iscsi,
            FillWatch fills,
            Differences differences,
            DataDirectory directory,
            Clock clock) {
        this.pools = pools;
        this.volumes = volumes;
        this.openPools = openPools;
        this.nbd = nbd;
        this.iscsi = iscsi;
        this.fills = fills;
        this.differences = differences;
        this.directory = directory;
        this.startedAt = clock.instant();
    }

    /** The controller at a glance. */
    @Schema(
            name = "Status",
            requiredProperties = {
                "startedAt",
                "pools",
                "degradedPools",
                "failedPools",
                "fillingPools",
                "volumes",
                "nbdPort",
                "nbdClients",
                "iscsiPort",
                "iscsiSessions",
                "changesAdmitted",
                "differences"
            })
    record StatusView(
            Instant startedAt,
            int pools,
            @Schema(description = "Pools of which a part is out of reach") long degradedPools,
            @Schema(description = "Pools that do not serve") long failedPools,
            @Schema(
                            description =
                                    "Pools that reached their soft threshold, or are full; as in the event log")
                    List<FillingPoolView> fillingPools,
            long volumes,
            int nbdPort,
            int nbdClients,
            int iscsiPort,
            int iscsiSessions,
            @Schema(
                            description =
                                    "Whether the data directory has room for changes; if not, they are answered with 507")
                    boolean changesAdmitted,
            @Schema(
                            description =
                                    "What the devices and the database did not agree on at this start")
                    List<DifferenceView> differences) {}

    /** A pool that is running out of space. */
    @Schema(
            name = "FillingPool",
            requiredProperties = {"pool", "level", "softThresholdPercent"})
    record FillingPoolView(
            @Schema(example = "fast") String pool,
            PoolFill.Level level,
            @Schema(description = "Absent while it does not serve", example = "83")
                    @Nullable Integer usedPercent,
            @Schema(example = "80") int softThresholdPercent) {}

    /** Something that the devices and the database did not agree on. */
    @Schema(
            name = "Difference",
            requiredProperties = {"kind", "subject", "detail"})
    record DifferenceView(
            Difference.Kind kind,
            @Schema(example = "volumes/db01") String subject,
            @Schema(example = "Volume db01: its creation had been cut off") String detail) {

        static DifferenceView of(Difference difference) {
            return new DifferenceView(difference.kind(), difference.subject(), difference.detail());
        }
    }

    @Operation(operationId = "getStatus", summary = "The controller at a glance")
    @GetMapping("/api/v1/status")
    StatusView get() {
        var rows = pools.all();
        return new StatusView(
                startedAt,
                rows.size(),
                openPools.count(PoolHealth.State.DEGRADED),
                openPools.count(PoolHealth.State.FAILED),
                rows.stream().flatMap(this::filling).toList(),
                volumes.count(),
                nbd.address().getPort(),
                nbd.clients().size(),
                iscsi.address().getPort(),
                iscsi.clients().size(),
                directory.space().admitsChanges(),
                differences.found().stream().map(DifferenceView::of).toList());
    }

    private Stream<FillingPoolView> filling(PoolRow row) {
        var level = fills.level(row.id());
        return level == PoolFill.Level.ROOMY
                ? Stream.empty()
                : Stream.of(
                        new FillingPoolView(
                                row.name(),
                                level,
                                openPools
                                        .serving(row.id())
                                        .map(pool -> PoolFill.of(pool).usedPercent())
                                        .orElse(null),
                                PoolFill.SOFT_THRESHOLD_PERCENT));
    }
}

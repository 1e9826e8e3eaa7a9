package dev.weir.controller.status;

import dev.weir.controller.export.IscsiEndpoint;
import dev.weir.controller.export.NbdEndpoint;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolHealth;
import dev.weir.controller.reconcile.Difference;
import dev.weir.controller.reconcile.Differences;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
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
    private final Differences differences;
    private final DataDirectory directory;
    private final Instant startedAt;

    StatusController(
            PoolStore pools,
            VolumeStore volumes,
            OpenPools openPools,
            NbdEndpoint nbd,
            IscsiEndpoint iscsi,
            Differences differences,
            DataDirectory directory,
            Clock clock) {
        this.pools = pools;
        this.volumes = volumes;
        this.openPools = openPools;
        this.nbd = nbd;
        this.iscsi = iscsi;
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
        return new StatusView(
                startedAt,
                pools.all().size(),
                openPools.count(PoolHealth.State.DEGRADED),
                openPools.count(PoolHealth.State.FAILED),
                volumes.count(),
                nbd.address().getPort(),
                nbd.clients().size(),
                iscsi.address().getPort(),
                iscsi.clients().size(),
                directory.space().admitsChanges(),
                differences.found().stream().map(DifferenceView::of).toList());
    }
}

package dev.weir.controller.reconcile;

import dev.weir.controller.export.ExportPublication;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.reconcile.Difference.Kind;
import dev.weir.db.ExportRow;
import dev.weir.db.ExportStore;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeStore;
import dev.weir.engine.Volume;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Publishes the remembered exports whose volumes are there. */
@Component
class ExportReconciler {
    private final VolumeStore volumes;
    private final ExportStore exports;
    private final OpenPools openPools;
    private final ExportPublication publication;
    private final Differences differences;

    ExportReconciler(
            VolumeStore volumes,
            ExportStore exports,
            OpenPools openPools,
            ExportPublication publication,
            Differences differences) {
        this.volumes = volumes;
        this.exports = exports;
        this.openPools = openPools;
        this.publication = publication;
        this.differences = differences;
    }

    void publishAll() {
        publish(volumes.all(), exports.all());
    }

    /** Withdraws the exports of a pool that is going to be opened anew. */
    void withdraw(UUID poolId) {
        exports.ofVolumes(of(poolId).stream().map(VolumeRow::id).toList())
                .forEach(publication::withdraw);
    }

    void publish(UUID poolId) {
        var rows = of(poolId);
        publish(rows, exports.ofVolumes(rows.stream().map(VolumeRow::id).toList()));
    }

    private Collection<VolumeRow> of(UUID poolId) {
        return volumes.all().stream().filter(volume -> volume.poolId().equals(poolId)).toList();
    }

    private void publish(Collection<VolumeRow> volumeRows, Collection<ExportRow> exportRows) {
        Map<UUID, VolumeRow> byId =
                volumeRows.stream().collect(Collectors.toMap(VolumeRow::id, Function.identity()));
        for (var export : exportRows) {
            var volume = byId.get(export.volumeId());
            var served =
                    volume == null
                            ? Optional.<Volume>empty()
                            : openPools.volume(volume.poolId(), volume.id());
            served.ifPresentOrElse(
                    device -> publication.publish(export, device),
                    () ->
                            differences.add(
                                    Kind.EXPORT_OFFLINE,
                                    "volumes/" + export.name(),
                                    "Export %s is offline: its volume is not there"
                                            .formatted(export.name())));
        }
    }
}

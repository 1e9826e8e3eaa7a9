package dev.weir.controller.volume;

import dev.weir.controller.export.ExportUris;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolHealth;
import dev.weir.db.ExportRow;
import dev.weir.db.ExportStore;
import dev.weir.db.PoolRow;
import dev.weir.db.PoolStore;
import dev.weir.db.VolumeRow;
import dev.weir.engine.Volume;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Joins what is remembered of volumes with what the engine knows now; a few queries for any number.
 */
@Component
class VolumeViews {
    private final PoolStore pools;
    private final ExportStore exports;
    private final OpenPools openPools;
    private final ExportUris uris;

    VolumeViews(PoolStore pools, ExportStore exports, OpenPools openPools, ExportUris uris) {
        this.pools = pools;
        this.exports = exports;
        this.openPools = openPools;
        this.uris = uris;
    }

    VolumeView view(VolumeRow volume) {
        return views(List.of(volume)).getFirst();
    }

    List<VolumeView> views(List<VolumeRow> volumes) {
        var poolNames = pools.all().stream().collect(Collectors.toMap(PoolRow::id, PoolRow::name));
        var health =
                volumes.stream()
                        .map(VolumeRow::poolId)
                        .distinct()
                        .collect(Collectors.toMap(Function.identity(), openPools::health));
        var exportsByVolume =
                exports.ofVolumes(volumes.stream().map(VolumeRow::id).toList()).stream()
                        .collect(Collectors.groupingBy(ExportRow::volumeId));
        return volumes.stream()
                .map(volume ->
                        view(
                                volume,
                                poolNames,
                                health,
                                exportsByVolume.getOrDefault(volume.id(), List.of())))
                .toList();
    }

    private VolumeView view(
            VolumeRow volume,
            Map<UUID, String> poolNames,
            Map<UUID, PoolHealth> health,
            List<ExportRow> exportRows) {
        var served = openPools.volume(volume.poolId(), volume.id());
        return new VolumeView(
                volume.id(),
                volume.name(),
                poolNames.getOrDefault(volume.poolId(), ""),
                volume.sizeBytes(),
                served.map(Volume::mappedBytes).orElse(null),
                served.map(Volume::allocatedBytes).orElse(null),
                state(volume, Objects.requireNonNull(health.get(volume.poolId()))),
                exportRows.stream()
                        .map(export ->
                                new VolumeView.ExportReference(
                                        export.id(), export.protocol(), uris.uri(export)))
                        .toList(),
                volume.createdAt());
    }

    private VolumeView.State state(VolumeRow volume, PoolHealth pool) {
        return switch (volume.state()) {
            case ONLINE ->
                    openPools.serving(volume.poolId()).isPresent()
                            ? state(pool.volumes().get(volume.id()))
                            : VolumeView.State.OFFLINE;
            case CREATING -> VolumeView.State.CREATING;
            case DELETING -> VolumeView.State.DELETING;
            case MISSING -> VolumeView.State.MISSING;
        };
    }

    private static VolumeView.State state(PoolHealth.@Nullable State state) {
        return switch (state) {
            case null -> VolumeView.State.ONLINE;
            case ONLINE -> VolumeView.State.ONLINE;
            case DEGRADED -> VolumeView.State.DEGRADED;
            case FAILED -> VolumeView.State.FAILED;
        };
    }
}

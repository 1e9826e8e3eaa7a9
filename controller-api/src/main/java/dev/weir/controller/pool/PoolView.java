package dev.weir.controller.pool;

import dev.weir.db.DeviceRow;
import dev.weir.db.PoolRow;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.PoolUsage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A pool as a client sees it. What only a serving pool knows is absent while it does not serve. */
@Schema(
        name = "Pool",
        requiredProperties = {
            "id",
            "name",
            "state",
            "extentSizeBytes",
            "grainSizeBytes",
            "devices",
            "createdAt"
        })
record PoolView(
        UUID id,
        @Schema(example = "fast") String name,
        PoolHealth.State state,
        @Schema(description = "Why it does not serve, or not all of it") @Nullable String reason,
        @Schema(example = "16777216") long extentSizeBytes,
        @Schema(example = "65536") int grainSizeBytes,
        @Schema(description = "Space for data on all devices, without metadata")
                @Nullable Long totalBytes,
        @Schema(description = "Space held by volumes, in whole extents")
                @Nullable Long allocatedBytes,
        @Schema(description = "Space that volumes can still take") @Nullable Long freeBytes,
        @Schema(description = "What volumes have written") @Nullable Long mappedBytes,
        @Schema(description = "What volumes were promised") @Nullable Long virtualBytes,
        List<DeviceView> devices,
        Instant createdAt) {

    /** A device of a pool. */
    @Schema(
            name = "Device",
            requiredProperties = {"id", "path", "sizeBytes", "state"})
    record DeviceView(
            UUID id,
            @Schema(example = "/srv/weir/d0") String path,
            long sizeBytes,
            @Nullable Long dataBytes,
            @Nullable Long allocatedBytes,
            PoolDevice.State state) {

        /** A device as its pool knows it; the path of a missing one is only remembered. */
        static DeviceView of(PoolDevice device, List<DeviceRow> rows) {
            return new DeviceView(
                    device.id(),
                    rows.stream()
                            .filter(row -> device.id().equals(row.identity()))
                            .findFirst()
                            .map(DeviceRow::path)
                            .orElse(device.path()),
                    device.sizeBytes(),
                    device.dataBytes(),
                    device.allocatedBytes(),
                    device.state());
        }

        /** A device of a pool that does not serve: nobody has looked at it. */
        static DeviceView of(DeviceRow row) {
            var identity = row.identity();
            return new DeviceView(
                    identity == null ? row.id() : identity,
                    row.path(),
                    row.sizeBytes(),
                    null,
                    null,
                    PoolDevice.State.MISSING);
        }
    }

    static PoolView serving(
            PoolRow row,
            PoolHealth health,
            PoolUsage usage,
            List<PoolDevice> devices,
            List<DeviceRow> deviceRows) {
        return new PoolView(
                row.id(),
                row.name(),
                health.state(),
                health.reason(),
                row.extentBytes(),
                row.grainBytes(),
                usage.totalBytes(),
                usage.allocatedBytes(),
                usage.freeBytes(),
                usage.mappedBytes(),
                usage.virtualBytes(),
                devices.stream().map(device -> DeviceView.of(device, deviceRows)).toList(),
                row.createdAt());
    }

    static PoolView failed(PoolRow row, String reason, List<DeviceRow> devices) {
        return new PoolView(
                row.id(),
                row.name(),
                PoolHealth.State.FAILED,
                reason,
                row.extentBytes(),
                row.grainBytes(),
                null,
                null,
                null,
                null,
                null,
                devices.stream().map(DeviceView::of).toList(),
                row.createdAt());
    }
}

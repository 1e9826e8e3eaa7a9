package dev.weir.controller.pool;

import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolDevice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How well a pool serves, as far as its devices have shown.
 *
 * @param reason what is amiss; null in good health
 * @param volumes those of which a part is out of reach, or all
 */
public record PoolHealth(State state, @Nullable String reason, Map<UUID, State> volumes) {

    /** How well something serves. */
    public enum State {
        ONLINE,
        /** A part of the data answers with I/O errors, or may; all else goes on. */
        DEGRADED,
        /** Nothing is served. */
        FAILED
    }

    static PoolHealth of(OpenPools.Condition condition) {
        return switch (condition) {
            case OpenPools.Condition.Serving(Pool pool) -> of(pool);
            case OpenPools.Condition.Failed(String reason) ->
                    new PoolHealth(State.FAILED, reason, Map.of());
        };
    }

    private static PoolHealth of(Pool pool) {
        var devices = pool.devices();
        var reason = reason(pool, devices);
        if (reason.isEmpty()) {
            return new PoolHealth(State.ONLINE, null, Map.of());
        }
        boolean any = devices.stream().anyMatch(device -> !isMissing(device));
        return new PoolHealth(any ? State.DEGRADED : State.FAILED, reason, volumes(pool, devices));
    }

    private static String reason(Pool pool, List<PoolDevice> devices) {
        var reasons =
                devices.stream()
                        .flatMap(device ->
                                switch (device.state()) {
                                    case ONLINE -> Stream.<String>empty();
                                    case FAILED ->
                                            Stream.of(
                                                    "device %s had I/O errors"
                                                            .formatted(device.path()));
                                    case MISSING ->
                                            Stream.of("%s is missing".formatted(device.path()));
                                })
                        .collect(Collectors.toList());
        if (pool.mappingsLost()) {
            reasons.add("a table that says where data is was lost");
        }
        return String.join("; ", reasons);
    }

    /** A volume failed if all that it holds is on devices that are gone. */
    private static Map<UUID, State> volumes(Pool pool, List<PoolDevice> devices) {
        var states = new HashMap<UUID, State>();
        if (pool.mappingsLost()) {
            pool.volumes().forEach(volume -> states.put(volume.id(), State.DEGRADED));
        }
        var troubled =
                devices.stream()
                        .filter(device -> device.state() != PoolDevice.State.ONLINE)
                        .collect(Collectors.toMap(PoolDevice::id, PoolHealth::isMissing));
        pool.extentAllocations().stream()
                .collect(Collectors.groupingBy(ExtentAllocation::volume))
                .forEach((volume, extents) -> {
                    if (extents.stream()
                            .allMatch(extent -> troubled.getOrDefault(extent.device(), false))) {
                        states.put(volume, State.FAILED);
                    } else if (extents.stream()
                            .anyMatch(extent -> troubled.containsKey(extent.device()))) {
                        states.put(volume, State.DEGRADED);
                    }
                });
        return states;
    }

    private static boolean isMissing(PoolDevice device) {
        return device.state() == PoolDevice.State.MISSING;
    }
}

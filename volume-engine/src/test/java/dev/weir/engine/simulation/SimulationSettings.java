package dev.weir.engine.simulation;

import dev.weir.engine.Limits;
import dev.weir.engine.PoolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** The pool that a seed stands for. */
record SimulationSettings(PoolSpec spec, List<DeviceSettings> devices) {
    private static final List<Integer> LARGE_GRAIN_BYTES =
            List.of(16 << 10, 64 << 10, 256 << 10, 1 << 20);
    private static final List<Integer> SMALL_GRAIN_BYTES = List.of(4 << 10, 8 << 10);
    private static final List<Integer> GRAIN_BYTES =
            List.of(4 << 10, 8 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20);

    /** One device of it. */
    record DeviceSettings(String name, long sizeBytes, DeviceTraits traits) {

        SimulatedDevice create(PlantedDeviceBug bug) {
            return new SimulatedDevice(name, sizeBytes, traits, bug);
        }

        static DeviceSettings random(int index, long moreThanLeast, Random random) {
            long size = Limits.MIN_DEVICE_BYTES + random.nextLong(moreThanLeast);
            return new DeviceSettings(
                    "d" + index,
                    size / Limits.SECTOR_BYTES * Limits.SECTOR_BYTES,
                    DeviceTraits.random(random));
        }
    }

    static SimulationSettings of(ScenarioKind kind, Random random) {
        return switch (kind) {
            case SPARSE, REUSE ->
                    random(random, LARGE_GRAIN_BYTES, 1 + random.nextInt(2), 8L << 20);
            case SEQUENTIAL, CONCURRENT ->
                    random(random, GRAIN_BYTES, 1 + random.nextInt(2), 32L << 20);
            case FULL_POOL -> random(random, GRAIN_BYTES, 1, 16L << 20);
            case DEVICE_FAULT -> random(random, GRAIN_BYTES, 2, 64L << 20);
            case LONG_JOURNAL ->
                    random(random, SMALL_GRAIN_BYTES, 1 + random.nextInt(2), 16L << 20);
        };
    }

    private static SimulationSettings random(
            Random random, List<Integer> grains, int deviceCount, long moreThanLeast) {
        int grainBytes = Dice.pick(random, grains);
        List<DeviceSettings> devices = new ArrayList<>();
        for (int index = 0; index < deviceCount; index++) {
            devices.add(DeviceSettings.random(index, moreThanLeast, random));
        }
        UUID id = new UUID(random.nextLong(), random.nextLong());
        return new SimulationSettings(
                new PoolSpec(id, "simulated", Limits.MIN_EXTENT_BYTES, grainBytes), devices);
    }
}

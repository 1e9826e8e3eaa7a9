package dev.weir.engine.simulation;

import dev.weir.engine.Limits;
import dev.weir.engine.PoolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** The pool that a seed stands for. */
record SimulationSettings(PoolSpec spec, List<DeviceSettings> devices) {
    private static final List<Integer> GRAIN_BYTES = List.of(4 << 10, 8 << 10, 16 << 10, 64 << 10);

    /** One device of it. */
    record DeviceSettings(String name, long sizeBytes, DeviceTraits traits) {

        SimulatedDevice create(PlantedDeviceBug bug) {
            return new SimulatedDevice(name, sizeBytes, traits, bug);
        }

        static DeviceSettings random(int index, Random random) {
            long size = Limits.MIN_DEVICE_BYTES + random.nextLong(64L << 20);
            return new DeviceSettings(
                    "d" + index,
                    size / Limits.SECTOR_BYTES * Limits.SECTOR_BYTES,
                    DeviceTraits.random(random));
        }
    }

    static SimulationSettings random(Random random) {
        return random(random, 1 + random.nextInt(2));
    }

    static SimulationSettings random(Random random, int deviceCount) {
        int grainBytes = Dice.pick(random, GRAIN_BYTES);
        List<DeviceSettings> devices = new ArrayList<>();
        for (int index = 0; index < deviceCount; index++) {
            devices.add(DeviceSettings.random(index, random));
        }
        UUID id = new UUID(random.nextLong(), random.nextLong());
        return new SimulationSettings(
                new PoolSpec(id, "simulated", Limits.MIN_EXTENT_BYTES, grainBytes), devices);
    }
}

package dev.weir.engine.simulation;

import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.simulation.Violation.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * One of two devices fails: a part of it cannot be read, one request fails, or it dies. Only what
 * it held may suffer; what was durable is there again when the device is.
 */
final class DeviceFaultScenario implements Scenario {
    private static final int VOLUMES = 5;

    private enum Fault {
        UNREADABLE_EXTENT,
        ONE_FAILED_REQUEST,
        DEATH
    }

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        if (simulated.devices().size() < 2) {
            simulated.addDevice();
        }
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            for (int i = 0; i < VOLUMES; i++) {
                operator.create(2L << 20);
            }
            use(simulated, client, random, 80);
            SimulatedDevice failing = Dice.pick(random, simulated.devices());
            switch (Dice.pick(random, Fault.values())) {
                case UNREADABLE_EXTENT -> unreadableExtent(simulated, judge, random);
                case ONE_FAILED_REQUEST -> {
                    judge.faultsInjected(true);
                    failing.faults()
                            .failNth(
                                    Dice.pick(random, DeviceOperation.Kind.values()),
                                    Dice.scaled(random, 20));
                    use(simulated, client, random, 80);
                    recover(simulated, random);
                }
                case DEATH -> {
                    death(simulated, judge, client, operator, random, failing);
                    recover(simulated, random);
                }
            }
        }
        judge.faultsInjected(false);
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static void use(
            SimulatedPool simulated, VolumeActor client, Random random, int requests) {
        for (int i = 0; i < requests; i++) {
            VolumeModel volume = Dice.pick(random, simulated.catalog().volumes());
            client.step(volume, new Range(0, volume.sizeBytes()));
        }
    }

    /** The device is there again after a crash, and knows nothing of what happened since. */
    private static void recover(SimulatedPool simulated, Random random) {
        Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
        simulated.crash(moment);
        new Verification(simulated).everything(simulated.reopen(moment));
    }

    private static void unreadableExtent(
            SimulatedPool simulated, FailureJudge judge, Random random) {
        List<ExtentAllocation> extents = simulated.pool().extentAllocations();
        if (extents.isEmpty()) {
            return;
        }
        ExtentAllocation extent = Dice.pick(random, extents);
        long extentBytes = simulated.settings().spec().extentBytes();
        judge.faultsInjected(true);
        SimulatedDevice device = device(simulated, extent.device());
        device.faults()
                .failRange(Set.of(DeviceOperation.Kind.READ), extent.offsetBytes(), extentBytes);
        Verification verification = new Verification(simulated);
        for (VolumeModel model : simulated.catalog().volumes()) {
            if (model.id().equals(extent.volume())) {
                verification.readable(
                        model,
                        Moment.ALIVE,
                        (offset, e) -> simulated.log().add("  as it must: " + e));
            } else {
                verification.content(model, Moment.ALIVE);
            }
        }
        device.faults().clear();
        judge.faultsInjected(false);
        verification.everything(Moment.ALIVE);
    }

    private static void death(
            SimulatedPool simulated,
            FailureJudge judge,
            VolumeActor client,
            CatalogActor operator,
            Random random,
            SimulatedDevice dying) {
        Set<UUID> hit = new HashSet<>();
        for (ExtentAllocation extent : simulated.pool().extentAllocations()) {
            if (device(simulated, extent.device()).equals(dying)) {
                hit.add(extent.volume());
            }
        }
        List<VolumeModel> spared =
                simulated.catalog().volumes().stream()
                        .filter(volume -> !hit.contains(volume.id()))
                        .toList();
        simulated.log().add(dying.name() + " dies; spared: " + spared);
        dying.faults().die();
        for (int i = 0; i < 40 && !spared.isEmpty(); i++) {
            VolumeModel volume = Dice.pick(random, spared);
            client.step(volume, new Range(0, volume.sizeBytes()));
        }
        spared.forEach(volume -> new Verification(simulated).content(volume, Moment.ALIVE));
        operator.create(1L << 20);
        judge.faultsInjected(true);
        use(simulated, client, random, 40);
        if (!simulated.catalog().volumes().isEmpty()) {
            operator.delete(Dice.pick(random, simulated.catalog().volumes()));
        }
    }

    private static SimulatedDevice device(SimulatedPool simulated, UUID id) {
        PoolDevice wanted =
                simulated.pool().devices().stream()
                        .filter(device -> device.id().equals(id))
                        .findAny()
                        .orElseThrow(
                                () -> new Violation(Promise.METADATA_WRONG, "no device " + id));
        return simulated.devices().stream()
                .filter(device -> wanted.path().endsWith("/" + device.name()))
                .findAny()
                .orElseThrow();
    }
}

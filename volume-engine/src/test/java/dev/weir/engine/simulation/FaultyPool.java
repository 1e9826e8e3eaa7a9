package dev.weir.engine.simulation;

import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.simulation.Violation.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** A pool of two devices, used while one of them fails. */
final class FaultyPool {
    private static final int VOLUMES = 5;
    private static final long VOLUME_BYTES = 2L << 20;

    private final SimulatedPool simulated;
    private final FailureJudge judge;
    private final VolumeActor client;
    private final CatalogActor operator;
    private final Verification verification;
    private final Random random;

    FaultyPool(SimulatedPool simulated, FailureJudge judge, VolumeActor client, Random random) {
        this.simulated = simulated;
        this.judge = judge;
        this.client = client;
        this.operator = new CatalogActor(simulated, judge, random);
        this.verification = new Verification(simulated);
        this.random = random;
    }

    void prepare() {
        for (int i = 0; i < VOLUMES; i++) {
            operator.create(VOLUME_BYTES);
        }
        use(simulated.catalog().volumes(), 80);
    }

    /** What cannot be read fails alone, and only for as long. */
    void loseAnExtent() {
        List<ExtentAllocation> extents = simulated.pool().extentAllocations();
        if (extents.isEmpty()) {
            return;
        }
        ExtentAllocation extent = Dice.pick(random, extents);
        SimulatedDevice device = device(extent.device());
        device.faults()
                .failRange(
                        Set.of(DeviceOperation.Kind.READ),
                        extent.offsetBytes(),
                        simulated.settings().spec().extentBytes());
        simulated.log().add(device.name() + " cannot read " + extent);
        for (VolumeModel model : simulated.catalog().volumes()) {
            checkReadable(model, Moment.ALIVE, Set.of(extent.volume()));
        }
        device.faults().clear();
        verification.everything(Moment.ALIVE);
    }

    /** One read, write, flush or other request fails; after a crash all is well. */
    void failOneRequest() {
        SimulatedDevice device = Dice.pick(random, simulated.devices());
        DeviceOperation.Kind kind = Dice.pick(random, DeviceOperation.Kind.values());
        judge.faultsInjected(true);
        device.faults().failNth(kind, Dice.scaled(random, 20));
        simulated.log().add("%s will fail one %s".formatted(device.name(), kind));
        long before = simulated.counters().deviceErrors.sum();
        use(simulated.catalog().volumes(), 80);
        long errors = simulated.counters().deviceErrors.sum() - before;
        if (kind == DeviceOperation.Kind.READ && errors > 1) {
            throw new Violation(
                    Promise.P5_FAULT_SPREAD,
                    "one failed read failed %d requests".formatted(errors));
        }
        recover(crash());
    }

    /** No device gets new space from its host: requests for new space fail, no others. */
    void fillTheHost() {
        judge.freeSpaceProvesNothing(true);
        simulated.devices().forEach(device -> device.faults().hostFull(true));
        simulated.log().add("the host is full");
        operator.create(VOLUME_BYTES);
        operator.create(VOLUME_BYTES);
        use(simulated.catalog().volumes(), 80);
        operator.rename(Dice.pick(random, simulated.catalog().volumes()));
        simulated.devices().forEach(device -> device.faults().hostFull(false));
        simulated.log().add("the host has space");
        judge.freeSpaceProvesNothing(false);
        use(simulated.catalog().volumes(), 20);
        recover(crash());
    }

    /** A device dies; what it did not hold goes on, with it and, for a while, without it. */
    void loseADevice() {
        SimulatedDevice dying = Dice.pick(random, simulated.devices());
        Set<UUID> hit = volumesOn(dying);
        List<VolumeModel> spared =
                simulated.catalog().volumes().stream()
                        .filter(volume -> !hit.contains(volume.id()))
                        .toList();
        simulated.log().add("%s dies; spared: %s".formatted(dying.name(), spared));
        dying.faults().die();
        use(spared, 40);
        spared.forEach(volume -> verification.content(volume, Moment.ALIVE));
        operator.create(VOLUME_BYTES);
        judge.faultsInjected(true);
        use(simulated.catalog().volumes(), 40);
        operator.delete(Dice.pick(random, simulated.catalog().volumes()));
        Moment moment = crash();
        if (random.nextBoolean()) {
            moment = liveWithout(dying, hit, moment);
        }
        recover(moment);
    }

    private Moment liveWithout(SimulatedDevice dead, Set<UUID> hit, Moment crashed) {
        simulated.detach(dead.name());
        Moment moment = simulated.reopen(crashed);
        simulated.catalog().reconcile(simulated.pool());
        for (VolumeModel model : simulated.catalog().volumes()) {
            checkReadable(model, moment, hit);
        }
        use(simulated.catalog().volumes(), 40);
        operator.create(VOLUME_BYTES);
        Moment next = crash();
        simulated.attachAll();
        boolean power = moment == Moment.AFTER_POWER_LOSS || next == Moment.AFTER_POWER_LOSS;
        return power ? Moment.AFTER_POWER_LOSS : Moment.AFTER_KILL;
    }

    private Moment crash() {
        Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
        simulated.crash(moment);
        return moment;
    }

    /** Every device serves again. */
    private void recover(Moment moment) {
        verification.everything(simulated.reopen(moment));
        judge.faultsInjected(false);
    }

    private void use(List<VolumeModel> volumes, int requests) {
        for (int i = 0; i < requests && !volumes.isEmpty(); i++) {
            VolumeModel volume = Dice.pick(random, volumes);
            client.step(volume, new Range(0, volume.sizeBytes()));
        }
    }

    private void checkReadable(VolumeModel model, Moment moment, Set<UUID> hit) {
        if (hit.contains(model.id())) {
            verification.readable(
                    model,
                    moment,
                    (offset, length, e) -> {
                        simulated.log().add("  as it must: " + e);
                        if (moment != Moment.ALIVE) {
                            model.outOfReach(offset, length);
                        }
                    });
        } else {
            verification.content(model, moment);
        }
    }

    private Set<UUID> volumesOn(SimulatedDevice device) {
        Set<UUID> volumes = new HashSet<>();
        for (ExtentAllocation extent : simulated.pool().extentAllocations()) {
            if (device(extent.device()).equals(device)) {
                volumes.add(extent.volume());
            }
        }
        return volumes;
    }

    private SimulatedDevice device(UUID id) {
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

package dev.weir.engine.simulation;

import dev.weir.blockio.ZeroMode;
import dev.weir.engine.Volume;
import dev.weir.engine.simulation.Violation.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Clients write until nothing more fits. Then whatever needs no space must still work, a crash must
 * lose nothing, and space that is given back must be good for writes again.
 */
final class FullPoolScenario implements Scenario {
    private static final int VOLUMES = 3;
    private static final long VOLUME_BYTES = 96L << 20;
    private static final int REQUEST_BYTES = 512 << 10;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        Verification verification = new Verification(simulated);
        List<VolumeModel> volumes = new ArrayList<>();
        for (int i = 0; i < VOLUMES; i++) {
            volumes.add(operator.create(VOLUME_BYTES).orElseThrow());
        }
        if (Dice.oneIn(3, random)) {
            simulated.crashPoint().armWithin(2000, random);
        }
        Workers.run(simulated, fillers(simulated, judge, random, volumes));
        if (!simulated.crashPoint().crashed()) {
            Workers.run(simulated, List.of(() -> useFull(simulated, judge, random, volumes)));
        }
        simulated.crashPoint().disarm();
        Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
        simulated.crash(moment);
        verification.everything(simulated.reopen(moment));
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            giveBack(simulated, client, operator, random, volumes);
        }
        verification.everything(Moment.ALIVE);
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static List<Runnable> fillers(
            SimulatedPool simulated, FailureJudge judge, Random random, List<VolumeModel> volumes) {
        boolean together = random.nextBoolean();
        List<Runnable> alone = new ArrayList<>();
        for (VolumeModel volume : volumes) {
            Random own = new Random(random.nextLong());
            alone.add(() -> fill(simulated, judge, own, volume));
        }
        return together ? alone : List.of(() -> alone.forEach(Runnable::run));
    }

    private static void fill(
            SimulatedPool simulated, FailureJudge judge, Random random, VolumeModel model) {
        Volume volume = simulated.volume(model);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            long at = 0;
            while (at < VOLUME_BYTES) {
                long length = Math.min(Dice.scaled(random, REQUEST_BYTES), VOLUME_BYTES - at);
                if (!client.write(model, volume, new Range(at, length), false)) {
                    return;
                }
                at += length + (Dice.oneIn(4, random) ? Dice.scaled(random, REQUEST_BYTES) : 0);
                if (Dice.oneIn(40, random)) {
                    client.flush(model, volume);
                }
            }
        }
    }

    /** The judge lets no request fail that needs no space. */
    private static void useFull(
            SimulatedPool simulated, FailureJudge judge, Random random, List<VolumeModel> volumes) {
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            for (int i = 0; i < 60; i++) {
                VolumeModel model = Dice.pick(random, volumes);
                Volume volume = simulated.volume(model);
                Range range =
                        new Range(0, 8 << 20)
                                .random(random, simulated.settings().spec().grainBytes());
                switch (random.nextInt(10)) {
                    case 0 -> client.flush(model, volume);
                    case 1 -> client.read(model, volume, range);
                    case 2 -> operator.rename(model);
                    case 3 -> client.zero(model, volume, range, ZeroMode.ALLOCATE, false);
                    case 4 -> client.trim(model, volume, range, false);
                    default -> client.write(model, volume, range, Dice.oneIn(4, random));
                }
            }
            client.flush(volumes.getFirst(), simulated.volume(volumes.getFirst()));
        }
    }

    private static void giveBack(
            SimulatedPool simulated,
            VolumeActor client,
            CatalogActor operator,
            Random random,
            List<VolumeModel> volumes) {
        VolumeModel giving = volumes.getFirst();
        if (random.nextBoolean()) {
            operator.delete(giving);
        } else {
            client.trim(giving, simulated.volume(giving), new Range(0, VOLUME_BYTES), true);
        }
        VolumeModel taking = volumes.getLast();
        Volume volume = simulated.volume(taking);
        Range range = new Range(VOLUME_BYTES - REQUEST_BYTES, REQUEST_BYTES);
        if (!giving.untouchedFrom(0)) {
            awaitSpace(simulated);
            if (!client.write(taking, volume, range, true)) {
                throw new Violation(Promise.P4_FULL_POOL, "no space after space was given back");
            }
        }
    }

    private static void awaitSpace(SimulatedPool simulated) {
        new Verification(simulated)
                .settles(
                        "space that was given back is free",
                        () ->
                                simulated.pool().usage().freeBytes()
                                        >= simulated.settings().spec().extentBytes());
    }
}

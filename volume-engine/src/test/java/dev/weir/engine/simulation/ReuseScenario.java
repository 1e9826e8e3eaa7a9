package dev.weir.engine.simulation;

import dev.weir.blockio.ZeroMode;
import dev.weir.engine.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A few small volumes map, trim and map again grain by grain, with much maintenance and hardly a
 * flush, in a pool that may be almost full, so that space changes hands while little is durable;
 * then a crash.
 */
final class ReuseScenario implements Scenario {
    private static final int VOLUMES = 3;
    private static final long BALLAST_BYTES = 256L << 20;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        long extentBytes = simulated.settings().spec().extentBytes();
        List<VolumeModel> volumes = new ArrayList<>();
        for (int i = 0; i < VOLUMES; i++) {
            volumes.add(operator.create(2 * extentBytes).orElseThrow());
        }
        if (random.nextBoolean()) {
            leaveLittle(simulated, judge, operator, random, volumes);
        }
        Verification verification = new Verification(simulated);
        int lives = 2 + random.nextInt(4);
        for (int life = 0; life < lives; life++) {
            simulated.crashPoint().armWithin(1500, random);
            Workers.run(simulated, List.of(() -> live(simulated, judge, random, volumes)));
            simulated.crashPoint().disarm();
            Moment moment = Dice.oneIn(4, random) ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
            simulated.crash(moment);
            verification.everything(simulated.reopen(moment));
        }
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    /** Every volume has an extent; another volume takes all others. */
    private static void leaveLittle(
            SimulatedPool simulated,
            FailureJudge judge,
            CatalogActor operator,
            Random random,
            List<VolumeModel> volumes) {
        VolumeModel ballast = operator.create(BALLAST_BYTES).orElseThrow();
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            for (VolumeModel volume : volumes) {
                client.write(volume, simulated.volume(volume), new Range(0, 512), true);
            }
            long step = simulated.settings().spec().extentBytes();
            boolean fits = true;
            for (long at = 0; fits && at < BALLAST_BYTES; at += step) {
                fits = client.fill(ballast, simulated.volume(ballast), new Range(at, step));
            }
        }
    }

    private static void live(
            SimulatedPool simulated, FailureJudge judge, Random random, List<VolumeModel> volumes) {
        int steps = 100 + random.nextInt(600);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            for (int i = 0; i < steps; i++) {
                step(simulated, client, random, Dice.pick(random, volumes));
            }
        }
    }

    private static void step(
            SimulatedPool simulated, VolumeActor client, Random random, VolumeModel model) {
        Volume volume = simulated.volume(model);
        long grainBytes = simulated.settings().spec().grainBytes();
        long grains = model.sizeBytes() / grainBytes;
        long grain = Dice.scaled(random, grains) - 1;
        long sectorInGrain = random.nextLong(grainBytes / SectorValue.BYTES);
        long offset = grain * grainBytes + sectorInGrain * SectorValue.BYTES;
        switch (random.nextInt(48)) {
            case 0 -> client.flush(model, volume);
            case 1, 2, 3, 4, 5 -> simulated.maintain();
            case 6 -> client.trim(model, volume, new Range(0, model.sizeBytes()), false);
            case 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 -> {
                long count = Math.min(Dice.scaled(random, grains), grains - grain);
                Range range = new Range(grain * grainBytes, count * grainBytes);
                client.trim(model, volume, range, false);
            }
            case 17 -> {
                Range whole = new Range(grain * grainBytes, grainBytes);
                client.zero(model, volume, whole, ZeroMode.ALLOCATE, false);
            }
            default -> client.write(model, volume, new Range(offset, SectorValue.BYTES), false);
        }
    }
}

package dev.weir.engine.simulation;

import dev.weir.engine.Volume;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One client maps and unmaps so many scattered grains that the journal ring goes round several
 * times, with checkpoints when the pool asks for them or when the ring is full.
 */
final class LongJournalScenario implements Scenario {
    private static final int GRAINS = 1024;
    private static final int ROUNDS = 24;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        long grainBytes = simulated.settings().spec().grainBytes();
        long sizeBytes = Math.min(GRAINS * grainBytes, 12L << 20);
        VolumeModel volume = operator.create(sizeBytes).orElseThrow();
        Verification verification = new Verification(simulated);
        int lives = 1 + random.nextInt(3);
        for (int life = 0; life < lives; life++) {
            if (!Dice.oneIn(4, random)) {
                simulated.crashPoint().armWithin(30_000, random);
            }
            Workers.run(simulated, List.of(() -> live(simulated, judge, random, volume)));
            simulated.crashPoint().disarm();
            Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
            simulated.crash(moment);
            verification.everything(simulated.reopen(moment));
        }
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static void live(
            SimulatedPool simulated, FailureJudge judge, Random random, VolumeModel model) {
        Volume volume = simulated.volume(model);
        long grainBytes = simulated.settings().spec().grainBytes();
        List<Long> grains = new ArrayList<>();
        for (long grain = 0; grain < model.sizeBytes() / grainBytes; grain++) {
            grains.add(grain);
        }
        boolean maintained = random.nextBoolean();
        int rounds = 1 + random.nextInt(ROUNDS);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            for (int round = 0; round < rounds; round++) {
                // In another order each time: neighbours get slots far apart, and unmapping them
                // takes many runs.
                Collections.shuffle(grains, random);
                for (long grain : grains) {
                    Range sector = new Range(grain * grainBytes, SectorValue.BYTES);
                    client.write(model, volume, sector, false);
                }
                client.trim(model, volume, new Range(0, model.sizeBytes()), false);
                if (Dice.oneIn(3, random)) {
                    client.flush(model, volume);
                }
                if (maintained) {
                    simulated.maintain();
                }
            }
        }
    }
}

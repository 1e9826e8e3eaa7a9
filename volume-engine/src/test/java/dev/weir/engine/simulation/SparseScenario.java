package dev.weir.engine.simulation;

import dev.weir.engine.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A volume is filled and most of it trimmed away in pieces, so that its extents become sparse and
 * are emptied, freed and used anew while clients go on reading and writing, until a crash.
 */
final class SparseScenario implements Scenario {
    private static final int CLIENTS = 3;
    private static final long SLICE_BYTES = 8L << 20;
    private static final int FILL_BYTES = 256 << 10;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        judge.freeSpaceProvesNothing(true);
        simulated.unsteady();
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        VolumeModel volume = operator.create(CLIENTS * SLICE_BYTES).orElseThrow();
        Verification verification = new Verification(simulated);
        int lives = 1 + random.nextInt(3);
        for (int life = 0; life < lives; life++) {
            if (!Dice.oneIn(4, random)) {
                simulated.crashPoint().armWithin(6000, random);
            }
            Workers.run(
                    simulated, Upkeep.beside(simulated, tasks(simulated, judge, random, volume)));
            simulated.crashPoint().disarm();
            Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
            simulated.crash(moment);
            verification.everything(simulated.reopen(moment));
        }
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static List<Runnable> tasks(
            SimulatedPool simulated, FailureJudge judge, Random random, VolumeModel volume) {
        List<Runnable> tasks = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Range own = new Range(client * SLICE_BYTES, SLICE_BYTES);
            Random seeded = new Random(random.nextLong());
            tasks.add(() -> live(simulated, judge, seeded, volume, own));
        }
        return tasks;
    }

    private static void live(
            SimulatedPool simulated,
            FailureJudge judge,
            Random random,
            VolumeModel model,
            Range own) {
        Volume volume = simulated.volume(model);
        long grainBytes = simulated.settings().spec().grainBytes();
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            for (long at = own.offset(); at < own.end(); at += FILL_BYTES) {
                client.write(model, volume, new Range(at, FILL_BYTES), false);
            }
            for (long at = own.offset(); at < own.end(); ) {
                long trimmed = grainBytes * Dice.scaled(random, 512);
                Range range = new Range(at, Math.min(trimmed, own.end() - at));
                client.trim(model, volume, range, Dice.oneIn(10, random));
                at = range.end() + grainBytes * Dice.scaled(random, 4);
            }
            for (int i = 0; i < 60; i++) {
                client.step(model, own);
            }
        }
    }
}

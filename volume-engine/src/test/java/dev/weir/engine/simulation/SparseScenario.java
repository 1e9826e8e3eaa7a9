package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A volume is filled and most of it trimmed away in pieces, again and again, so that its extents
 * become sparse and are emptied, freed and used anew while clients go on reading and writing, until
 * a crash.
 */
final class SparseScenario implements Scenario {
    private static final int CLIENTS = 3;
    private static final long SLICE_BYTES = 8L << 20;
    private static final int MAX_CYCLES = 4;
    private static final int USES = 300;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        judge.freeSpaceProvesNothing(true);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        VolumeModel volume = operator.create(CLIENTS * SLICE_BYTES).orElseThrow();
        Verification verification = new Verification(simulated);
        int lives = 1 + random.nextInt(3);
        for (int life = 0; life < lives; life++) {
            if (!Dice.oneIn(4, random)) {
                simulated.crashPoint().armWithin(6000, random);
            }
            simulated.unsteady();
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
        boolean crossing = random.nextBoolean();
        for (int client = 0; client < CLIENTS; client++) {
            Range own =
                    crossing
                            ? new Range(0, CLIENTS * SLICE_BYTES)
                            : new Range(client * SLICE_BYTES, SLICE_BYTES);
            Random seeded = new Random(random.nextLong());
            tasks.add(() -> live(simulated, judge, seeded, volume, own, crossing));
        }
        return tasks;
    }

    private static void live(
            SimulatedPool simulated,
            FailureJudge judge,
            Random random,
            VolumeModel model,
            Range own,
            boolean crossing) {
        long grainBytes = simulated.settings().spec().grainBytes();
        int cycles = 1 + random.nextInt(MAX_CYCLES);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            if (crossing) {
                client.amongOthers();
            }
            SparseClient grains =
                    new SparseClient(
                            client, model, simulated.volume(model), own, grainBytes, random);
            for (int cycle = 0; cycle < cycles; cycle++) {
                grains.fill();
                grains.thinOut();
                grains.use(USES);
            }
        }
    }
}

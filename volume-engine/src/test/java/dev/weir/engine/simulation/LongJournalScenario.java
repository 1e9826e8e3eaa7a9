package dev.weir.engine.simulation;

import dev.weir.engine.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Clients map and unmap so many scattered grains that the journal ring goes round several times,
 * with checkpoints when the pool asks for them or when the ring is full.
 */
final class LongJournalScenario implements Scenario {
    private static final int CLIENTS = 2;
    private static final int GRAINS = 512;
    private static final int ROUNDS = 24;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        long grainBytes = simulated.settings().spec().grainBytes();
        VolumeModel volume = operator.create(CLIENTS * GRAINS * grainBytes).orElseThrow();
        Verification verification = new Verification(simulated);
        int lives = 1 + random.nextInt(3);
        for (int life = 0; life < lives; life++) {
            if (!Dice.oneIn(4, random)) {
                simulated.crashPoint().armWithin(30_000, random);
            }
            List<Runnable> clients = clients(simulated, judge, random, volume);
            Workers.run(
                    simulated, random.nextBoolean() ? clients : Upkeep.beside(simulated, clients));
            simulated.crashPoint().disarm();
            Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
            simulated.crash(moment);
            verification.everything(simulated.reopen(moment));
        }
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static List<Runnable> clients(
            SimulatedPool simulated, FailureJudge judge, Random random, VolumeModel volume) {
        long sliceBytes = volume.sizeBytes() / CLIENTS;
        List<Runnable> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Range own = new Range(client * sliceBytes, sliceBytes);
            Random seeded = new Random(random.nextLong());
            clients.add(() -> live(simulated, judge, seeded, volume, own));
        }
        return random.nextBoolean() ? clients : List.of(clients.getFirst());
    }

    /**
     * In another order each time: neighbours get slots far apart, and unmapping them takes many
     * runs.
     */
    private static void live(
            SimulatedPool simulated,
            FailureJudge judge,
            Random random,
            VolumeModel model,
            Range own) {
        Volume volume = simulated.volume(model);
        long grainBytes = simulated.settings().spec().grainBytes();
        int rounds = 1 + random.nextInt(ROUNDS);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            SparseClient grains = new SparseClient(client, model, volume, own, grainBytes, random);
            for (int round = 0; round < rounds; round++) {
                grains.fill();
                client.trim(model, volume, own, false);
                if (Dice.oneIn(3, random)) {
                    client.flush(model, volume);
                }
            }
        }
    }
}

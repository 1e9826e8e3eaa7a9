package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Several clients share volumes, each within sectors of its own, while another creates, fills and
 * deletes volumes, grows the shared ones and takes one of them away, until a crash anywhere.
 */
final class ConcurrentScenario implements Scenario {
    private static final int CLIENTS = 3;
    private static final long SHARED_SECTORS = (6L << 20) / SectorValue.BYTES;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        judge.freeSpaceProvesNothing(true);
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        Verification verification = new Verification(simulated);
        int lives = 1 + random.nextInt(3);
        for (int life = 0; life < lives; life++) {
            List<VolumeModel> shared = new ArrayList<>();
            while (shared.size() < 2) {
                long sectors = CLIENTS * Dice.scaled(random, SHARED_SECTORS / CLIENTS);
                operator.create(sectors * SectorValue.BYTES).ifPresent(shared::add);
            }
            if (!Dice.oneIn(3, random)) {
                simulated.crashPoint().armWithin(3000, random);
            }
            simulated.unsteady();
            Workers.run(
                    simulated, Upkeep.beside(simulated, tasks(simulated, judge, random, shared)));
            simulated.crashPoint().disarm();
            Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
            simulated.crash(moment);
            verification.everything(simulated.reopen(moment));
            simulated.catalog().volumes().forEach(operator::delete);
        }
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static List<Runnable> tasks(
            SimulatedPool simulated, FailureJudge judge, Random random, List<VolumeModel> shared) {
        List<Runnable> tasks = new ArrayList<>();
        int steps = 10 + (int) Dice.scaled(random, 128);
        boolean crossing = random.nextBoolean();
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            Random own = new Random(random.nextLong());
            tasks.add(() -> use(simulated, judge, own, shared, number, crossing, steps));
        }
        Random own = new Random(random.nextLong());
        tasks.add(() -> churn(simulated, judge, own, shared, steps));
        return tasks;
    }

    private static void use(
            SimulatedPool simulated,
            FailureJudge judge,
            Random random,
            List<VolumeModel> shared,
            int client,
            boolean crossing,
            int steps) {
        List<Range> ranges = shared.stream().map(volume -> slice(volume, client)).toList();
        try (VolumeActor actor = new VolumeActor(simulated, judge, random)) {
            actor.amongOthers();
            for (int i = 0; i < steps; i++) {
                int volume = random.nextInt(shared.size());
                if (!simulated.catalog().gone(shared.get(volume))) {
                    if (crossing) {
                        actor.crossingStep(
                                shared.get(volume),
                                new Range(0, ranges.get(volume).length() * CLIENTS));
                    } else {
                        actor.step(shared.get(volume), ranges.get(volume));
                    }
                }
            }
        }
    }

    /** A third of the volume as it was created, without regard to grains. */
    private static Range slice(VolumeModel volume, int client) {
        long sectors = volume.sizeBytes() / SectorValue.BYTES / CLIENTS;
        return new Range(client * sectors * SectorValue.BYTES, sectors * SectorValue.BYTES);
    }

    private static void churn(
            SimulatedPool simulated,
            FailureJudge judge,
            Random random,
            List<VolumeModel> shared,
            int steps) {
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        try (VolumeActor actor = new VolumeActor(simulated, judge, random)) {
            actor.amongOthers();
            for (int i = 0; i < steps / 8; i++) {
                operator.create(Dice.scaled(random, 8192) * SectorValue.BYTES)
                        .ifPresent(volume -> useAndDelete(actor, operator, random, volume));
                VolumeModel one = Dice.pick(random, shared);
                switch (random.nextInt(10)) {
                    case 0 -> {
                        if (!simulated.catalog().gone(one)) {
                            operator.delete(one);
                        }
                    }
                    case 1, 2 -> {
                        if (!simulated.catalog().gone(one)) {
                            operator.grow(one);
                        }
                    }
                    default -> {}
                }
            }
        }
    }

    private static void useAndDelete(
            VolumeActor actor, CatalogActor operator, Random random, VolumeModel volume) {
        int requests = random.nextInt(12);
        for (int i = 0; i < requests; i++) {
            actor.step(volume, new Range(0, volume.sizeBytes()));
        }
        if (!Dice.oneIn(4, random)) {
            operator.delete(volume);
        }
    }
}

package dev.weir.engine.simulation;

import java.util.List;
import java.util.Random;

/**
 * One client does anything the engine can do, over several lives that end in crashes at any device
 * operation, in crashes between two operations and in clean closes. With an engine that does
 * nothing in the background a seed always does the same.
 */
final class SequentialScenario implements Scenario {
    private static final int MAX_VOLUMES = 5;
    private static final int MAX_DEVICES = 3;

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        Verification verification = new Verification(simulated);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            CatalogActor operator = new CatalogActor(simulated, judge, random);
            int lives = 2 + random.nextInt(5);
            for (int life = 0; life < lives; life++) {
                Workers.run(simulated, List.of(() -> live(simulated, client, operator, random)));
                Moment moment = nextLife(simulated, random);
                verification.everything(moment);
            }
        }
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }

    private static void live(
            SimulatedPool simulated, VolumeActor client, CatalogActor operator, Random random) {
        if (!Dice.oneIn(3, random)) {
            simulated.crashPoint().armWithin(1000, random);
        }
        int operations = (int) Dice.scaled(random, 256);
        for (int i = 0; i < operations; i++) {
            step(simulated, client, operator, random);
        }
        simulated.crashPoint().disarm();
    }

    private static void step(
            SimulatedPool simulated, VolumeActor client, CatalogActor operator, Random random) {
        List<VolumeModel> volumes = simulated.catalog().volumes();
        if (volumes.isEmpty() || (Dice.oneIn(20, random) && volumes.size() < MAX_VOLUMES)) {
            operator.create(operator.randomSize());
            return;
        }
        VolumeModel volume = Dice.pick(random, volumes);
        switch (random.nextInt(80)) {
            case 0, 1 -> operator.delete(volume);
            case 2, 3, 4 -> operator.resize(volume);
            case 5 -> operator.rename(volume);
            case 6 -> {
                if (simulated.devices().size() < MAX_DEVICES) {
                    simulated
                            .addDevice()
                            .ifPresent(failure -> {
                                throw new Violation(
                                        Violation.Promise.CALL_FAILED, "add: " + failure);
                            });
                }
            }
            case 7 -> new Verification(simulated).invariants();
            case 9, 10 -> simulated.maintain();
            case 8 -> operator.createAgain(volume);
            default -> client.step(volume, new Range(0, volume.sizeBytes()));
        }
    }

    private static Moment nextLife(SimulatedPool simulated, Random random) {
        if (!simulated.crashPoint().crashed() && Dice.oneIn(2, random)) {
            if (Dice.oneIn(3, random)) {
                simulated.crashPoint().armWithin(60, random);
            }
            if (simulated.closeAndReopen()) {
                return Moment.AFTER_KILL;
            }
        }
        Moment moment = random.nextBoolean() ? Moment.AFTER_KILL : Moment.AFTER_POWER_LOSS;
        simulated.crash(moment);
        return simulated.reopen(moment);
    }
}

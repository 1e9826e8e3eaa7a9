package dev.weir.engine.simulation;

import java.util.Random;

/**
 * One of two devices fails: a part of it cannot be read, one request fails, its host is full, or it
 * dies. Only what it held may suffer; what was durable is there again when the device is.
 */
final class DeviceFaultScenario implements Scenario {

    private enum Fault {
        UNREADABLE_EXTENT,
        ONE_FAILED_REQUEST,
        HOST_FULL,
        DEATH
    }

    @Override
    public void run(SimulatedPool simulated, Random random) {
        FailureJudge judge = new FailureJudge(simulated);
        try (VolumeActor client = new VolumeActor(simulated, judge, random)) {
            FaultyPool pool = new FaultyPool(simulated, judge, client, random);
            pool.prepare();
            switch (Dice.pick(random, Fault.values())) {
                case UNREADABLE_EXTENT -> pool.loseAnExtent();
                case ONE_FAILED_REQUEST -> pool.failOneRequest();
                case HOST_FULL -> pool.fillTheHost();
                case DEATH -> pool.loseADevice();
            }
        }
        judge.faultsInjected(false);
        SpaceReturns.check(simulated, judge, random);
        simulated.end();
    }
}

package dev.weir.engine.simulation;

import java.util.Random;

/** After everything was deleted the pool is empty, once the background has caught up. */
final class SpaceReturns {
    private SpaceReturns() {}

    static void check(SimulatedPool simulated, FailureJudge judge, Random random) {
        CatalogActor operator = new CatalogActor(simulated, judge, random);
        simulated.catalog().volumes().forEach(operator::delete);
        simulated.catalog().check(simulated.pool());
        Verification verification = new Verification(simulated);
        verification.settles(
                "an empty pool has nothing allocated",
                () ->
                        simulated.pool().usage().allocatedBytes() == 0
                                && simulated.pool().usage().mappedBytes() == 0);
        verification.invariants();
    }
}

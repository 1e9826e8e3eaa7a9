package dev.weir.engine.simulation;

import java.util.concurrent.atomic.LongAdder;

/** What the simulation has done so far. Used from any thread. */
final class Counters {
    final LongAdder runs = new LongAdder();
    final LongAdder operations = new LongAdder();
    final LongAdder kills = new LongAdder();
    final LongAdder powerCuts = new LongAdder();
    final LongAdder cleanCloses = new LongAdder();
    final LongAdder sectorsCompared = new LongAdder();
    final LongAdder refusedForSpace = new LongAdder();
    final LongAdder deviceErrors = new LongAdder();
    final LongAdder stuckAfterCrash = new LongAdder();
    final LongAdder violations = new LongAdder();

    @Override
    public String toString() {
        return ("%d runs, %d operations, %d kills, %d power cuts, %d clean closes, %d sectors"
                        + " compared, %d refusals for space, %d device errors, %d threads stuck"
                        + " after a crash, %d violations")
                .formatted(
                        runs.sum(),
                        operations.sum(),
                        kills.sum(),
                        powerCuts.sum(),
                        cleanCloses.sum(),
                        sectorsCompared.sum(),
                        refusedForSpace.sum(),
                        deviceErrors.sum(),
                        stuckAfterCrash.sum(),
                        violations.sum());
    }
}

package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import java.util.Random;

/** One kind of run: what a seed is turned into. */
@FunctionalInterface
interface Scenario {

    /**
     * Runs to the end, in a pool freshly formatted.
     *
     * @throws Violation if a promise was broken
     */
    void run(SimulatedPool simulated, Random random) throws StorageException;
}

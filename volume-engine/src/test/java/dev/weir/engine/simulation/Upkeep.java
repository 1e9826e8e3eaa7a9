package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Maintenance that goes on for as long as clients do. */
final class Upkeep {
    private static final long PAUSE_MICROS = 300;

    private Upkeep() {}

    /** The tasks, and one more that does round after round until all of them have ended. */
    static List<Runnable> beside(SimulatedPool simulated, List<Runnable> tasks) {
        CountDownLatch running = new CountDownLatch(tasks.size());
        List<Runnable> all = new ArrayList<>();
        for (Runnable task : tasks) {
            all.add(() -> {
                try {
                    task.run();
                } finally {
                    running.countDown();
                }
            });
        }
        all.add(() -> maintain(simulated, running));
        return all;
    }

    private static void maintain(SimulatedPool simulated, CountDownLatch running) {
        try {
            while (!running.await(PAUSE_MICROS, TimeUnit.MICROSECONDS)) {
                simulated
                        .maintain()
                        .ifPresent(failure -> {
                            throw new Violation(
                                    Violation.Promise.CALL_FAILED,
                                    "maintenance failed: " + failure.message());
                        });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

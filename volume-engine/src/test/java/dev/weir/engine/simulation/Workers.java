package dev.weir.engine.simulation;

import dev.weir.engine.simulation.Violation.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The client threads of one life of a pool. A thread that hangs without a crash is a violation; one
 * that hangs because what it waits for has died is left behind, as in a process that was killed.
 */
final class Workers {
    private static final Duration TICK = Duration.ofMillis(20);
    private static final Duration HANG = Duration.ofSeconds(60);
    private static final Duration AFTER_CRASH = Duration.ofSeconds(3);

    private final SimulatedPool simulated;
    private final ConcurrentLinkedQueue<Throwable> outcomes = new ConcurrentLinkedQueue<>();

    private Workers(SimulatedPool simulated) {
        this.simulated = simulated;
    }

    /** Runs each on a thread of its own until it ends, or the world does. */
    static void run(SimulatedPool simulated, List<Runnable> tasks) {
        Workers workers = new Workers(simulated);
        List<Thread> threads = new ArrayList<>();
        for (Runnable task : tasks) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("simulated-client-" + threads.size())
                            .start(() -> workers.guard(task)));
        }
        for (Thread thread : threads) {
            workers.await(thread);
        }
        workers.rethrow();
    }

    private void guard(Runnable task) {
        try {
            task.run();
        } catch (SimulatedCrash crash) {
            simulated.log().add("  client ended by the crash");
        } catch (RuntimeException | Error e) {
            outcomes.add(e);
        }
    }

    private void await(Thread thread) {
        long started = System.nanoTime();
        try {
            while (!thread.join(TICK)) {
                long waited = System.nanoTime() - started;
                if (simulated.crashPoint().crashed()) {
                    if (!thread.join(AFTER_CRASH)) {
                        simulated.counters().stuckAfterCrash.increment();
                        simulated.log().add("  stuck " + Arrays.toString(thread.getStackTrace()));
                    }
                    return;
                }
                if (waited > HANG.toNanos()) {
                    throw new Violation(
                            Promise.CALL_FAILED,
                            "a call hangs: " + Arrays.toString(thread.getStackTrace()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void rethrow() {
        for (Throwable outcome : outcomes) {
            switch (outcome) {
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                default -> throw new IllegalStateException(outcome);
            }
        }
    }
}

package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The maintenance thread of a pool: runs its rounds some time after a hint, so that many hints make
 * one round. A round that fails is reported and tried again with the next hint.
 */
final class Maintenance implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Maintenance.class);
    private static final long GATHER_NANOS = 100_000_000L;

    private final Round round;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final String poolName;
    private @Nullable Thread thread;
    private boolean hinted;
    private boolean stopped;

    /** One round of maintenance; returns whether another should follow. */
    @FunctionalInterface
    interface Round {
        boolean run() throws StorageException;
    }

    Maintenance(String poolName, Round round) {
        this.poolName = poolName;
        this.round = round;
    }

    /** Starts the thread; without it only rounds that somebody asks for happen. */
    synchronized void start() {
        thread = Thread.ofPlatform().daemon().name("weir-pool-" + poolName).start(this::loop);
    }

    void hint() {
        lock.lock();
        try {
            if (!hinted) {
                hinted = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread, after the round under way. */
    @Override
    public synchronized void close() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Thread running = thread;
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (awaitHint()) {
            try {
                if (round.run()) {
                    hint();
                }
            } catch (StorageException e) {
                log.error("Pool maintenance failed: {}", e.getMessage());
            } catch (RuntimeException | Error e) {
                // The thread must outlive anything: without it the journal fills and writers wait.
                log.error("Pool maintenance failed", e);
            }
        }
    }

    private boolean awaitHint() {
        lock.lock();
        try {
            while (!hinted && !stopped) {
                changed.awaitUninterruptibly();
            }
            long left = GATHER_NANOS;
            while (left > 0 && !stopped) {
                left = changed.awaitNanos(left);
            }
            hinted = false;
            return !stopped;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }
}

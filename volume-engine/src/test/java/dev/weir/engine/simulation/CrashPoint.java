package dev.weir.engine.simulation;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides at which device operation, counted over all devices of a pool, the world ends. Once it
 * has, no operation of any of these devices has an effect. Used from any thread.
 */
final class CrashPoint implements OperationHook {
    private static final long NEVER = Long.MAX_VALUE;

    private final OperationLog log;
    private final AtomicLong operationsLeft = new AtomicLong(NEVER);
    private volatile boolean crashed;

    CrashPoint(OperationLog log) {
        this.log = log;
    }

    /** Crashes in the {@code operations}-th operation from now. */
    void arm(long operations) {
        operationsLeft.set(operations);
    }

    void disarm() {
        operationsLeft.set(NEVER);
    }

    /** Crashes now, between two operations. */
    void crashNow() {
        crashed = true;
    }

    boolean crashed() {
        return crashed;
    }

    @Override
    public void beforeOperation(DeviceOperation operation) {
        if (crashed) {
            throw new SimulatedCrash(false);
        }
        log.add(operation);
        if (operationsLeft.get() != NEVER && operationsLeft.decrementAndGet() == 0) {
            crashed = true;
            log.add("crash in " + operation.toString().strip());
            throw new SimulatedCrash(true);
        }
    }
}

package dev.weir.engine.simulation;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Decides at which device operation, counted over all devices of a pool, the world ends. Once it
 * has, no operation of any of these devices has an effect. Used from any thread.
 */
final class CrashPoint implements OperationHook {
    private static final long NEVER = Long.MAX_VALUE;

    /** Both copies of the superblock are at the beginning of a device. */
    private static final long SUPERBLOCKS_BYTES = 32 << 10;

    private static final Set<DeviceOperation.Kind> FLUSHES = EnumSet.of(DeviceOperation.Kind.FLUSH);
    private static final Set<DeviceOperation.Kind> ZEROS =
            EnumSet.of(DeviceOperation.Kind.ZERO, DeviceOperation.Kind.TRIM);

    private final OperationLog log;
    private final AtomicLong operationsLeft = new AtomicLong(NEVER);
    private final AtomicLong triggersLeft = new AtomicLong(NEVER);
    private volatile Predicate<DeviceOperation> trigger = _ -> false;
    private volatile Set<DeviceOperation.Kind> counted = EnumSet.allOf(DeviceOperation.Kind.class);
    private volatile boolean crashed;

    CrashPoint(OperationLog log) {
        this.log = log;
    }

    /** Crashes in the {@code operations}-th operation from now. */
    void arm(long operations) {
        arm(EnumSet.allOf(DeviceOperation.Kind.class), operations);
    }

    /** Crashes in the {@code operations}-th operation of one of these kinds from now. */
    void arm(Set<DeviceOperation.Kind> kinds, long operations) {
        counted = kinds;
        operationsLeft.set(operations);
    }

    /**
     * Crashes in the flush that follows the {@code number}-th operation that matters: what it did
     * may survive where what it relies on does not.
     */
    void armFlushAfter(Predicate<DeviceOperation> matters, long number) {
        trigger = matters;
        triggersLeft.set(number);
    }

    /**
     * Crashes somewhere in the next {@code operations} operations; or in one of their flushes or
     * zeros, which are fewer and matter more; or before what was zeroed, or a superblock, is
     * durable.
     */
    void armWithin(long operations, Random random) {
        switch (random.nextInt(8)) {
            case 0, 1 -> arm(FLUSHES, Dice.scaled(random, Math.max(4, operations / 16)));
            case 2 -> arm(ZEROS, Dice.scaled(random, Math.max(2, operations / 16)));
            case 3 ->
                    armFlushAfter(
                            operation -> ZEROS.contains(operation.kind()),
                            Dice.scaled(random, Math.max(2, operations / 32)));
            case 4 -> armFlushAfter(CrashPoint::isSuperblock, Dice.scaled(random, 4));
            default -> arm(Dice.scaled(random, operations));
        }
    }

    private static boolean isSuperblock(DeviceOperation operation) {
        return operation.kind() == DeviceOperation.Kind.WRITE
                && operation.offset() < SUPERBLOCKS_BYTES;
    }

    void disarm() {
        operationsLeft.set(NEVER);
        triggersLeft.set(NEVER);
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
        if (triggersLeft.get() != NEVER
                && trigger.test(operation)
                && triggersLeft.decrementAndGet() == 0) {
            triggersLeft.set(NEVER);
            arm(FLUSHES, 1);
        }
        if (operationsLeft.get() != NEVER
                && counted.contains(operation.kind())
                && operationsLeft.decrementAndGet() == 0) {
            crashed = true;
            log.add("crash in " + operation.toString().strip());
            throw new SimulatedCrash(true);
        }
    }
}

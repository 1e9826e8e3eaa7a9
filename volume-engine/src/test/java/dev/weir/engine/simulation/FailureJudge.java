package dev.weir.engine.simulation;

import dev.weir.blockio.StorageFailure;
import dev.weir.engine.simulation.Violation.Promise;

/** Says whether a request may fail in the way it did. Used from any thread. */
final class FailureJudge {
    private final SimulatedPool simulated;
    private volatile boolean faultsInjected;
    private volatile boolean freeSpaceProvesNothing;

    FailureJudge(SimulatedPool simulated) {
        this.simulated = simulated;
    }

    /** Whether devices have been told to fail. */
    void faultsInjected(boolean injected) {
        faultsInjected = injected;
    }

    /**
     * Whether space may be free and yet not to be had: others take or free it, the host is full.
     */
    void freeSpaceProvesNothing(boolean nothing) {
        freeSpaceProvesNothing = nothing;
    }

    void judge(String what, StorageFailure failure, VolumeModel model, Need need) {
        switch (failure) {
            case StorageFailure.NoSpace full -> judgeNoSpace(what, need);
            case StorageFailure.DeviceFailed failed -> {
                simulated.counters().deviceErrors.increment();
                require(faultsInjected, Promise.P5_FAULT_SPREAD, what, failure);
            }
            case StorageFailure.Unsupported unsupported ->
                    require(need.fast(), Promise.CALL_FAILED, what, failure);
            case StorageFailure.Closed closed ->
                    require(simulated.catalog().gone(model), Promise.CALL_FAILED, what, failure);
            case StorageFailure.OutOfRange range -> fail(what, failure);
            case StorageFailure.ReadOnly readOnly -> fail(what, failure);
            case StorageFailure.Corrupt corrupt -> fail(what, failure);
            case StorageFailure.InUse inUse -> fail(what, failure);
            case StorageFailure.Invalid invalid -> fail(what, failure);
            case StorageFailure.ShrinkUnsafe unsafe -> fail(what, failure);
        }
    }

    private void judgeNoSpace(String what, Need need) {
        simulated.counters().refusedForSpace.increment();
        if (!need.space()) {
            throw new Violation(Promise.P4_FULL_POOL, what + " needs no space and got NoSpace");
        }
        long free = simulated.pool().usage().freeBytes();
        long twoExtents = 2 * simulated.settings().spec().extentBytes();
        if (free >= twoExtents && !faultsInjected && !freeSpaceProvesNothing) {
            throw new Violation(
                    Promise.P4_FULL_POOL, what + " got NoSpace with " + free + " bytes free");
        }
    }

    private static void require(
            boolean allowed, Promise promise, String what, StorageFailure failure) {
        if (!allowed) {
            throw new Violation(promise, what + " failed: " + failure.message());
        }
    }

    private static void fail(String what, StorageFailure failure) {
        require(false, Promise.CALL_FAILED, what, failure);
    }
}

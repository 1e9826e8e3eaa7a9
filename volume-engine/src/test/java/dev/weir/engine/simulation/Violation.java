package dev.weir.engine.simulation;

/** A broken promise, found by the simulation. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /** Which promise; P1 to P5 are those of the design, the others what follows from the API. */
    enum Promise {
        /** The death of the process lost an acknowledged write. */
        P1_KILL_LOST_WRITE,
        /** A loss of power lost a flushed write or tore a sector. */
        P2_POWER_LOST_FLUSHED,
        /** Bytes that the volume never wrote there. */
        P3_FOREIGN_BYTES,
        /** Full, and not in the clean way. */
        P4_FULL_POOL,
        /** A failing device hurt what it did not hold. */
        P5_FAULT_SPREAD,
        /** A read in one life of the process was wrong. */
        READ_WRONG,
        /** The catalog of volumes, or the accounting of space, is wrong. */
        METADATA_WRONG,
        /** A call failed, or hung, that should not have. */
        CALL_FAILED
    }

    private final Promise promise;

    Violation(Promise promise, String what) {
        super(promise + ": " + what);
        this.promise = promise;
    }

    Violation(Promise promise, String what, Throwable cause) {
        super(promise + ": " + what, cause);
        this.promise = promise;
    }

    Promise promise() {
        return promise;
    }
}

package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;

/** Consulted before each operation of a simulated device; may fail it, or end the world. */
@FunctionalInterface
interface OperationHook {

    OperationHook NONE = operation -> {};

    /** Returns to let the operation happen; throws {@link SimulatedCrash} to crash in it. */
    void beforeOperation(DeviceOperation operation) throws StorageException;
}

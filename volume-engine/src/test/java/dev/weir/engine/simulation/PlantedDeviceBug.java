package dev.weir.engine.simulation;

/** A lie that a simulated device tells, to show that the simulation notices. */
enum PlantedDeviceBug {
    NONE,
    /** Every third flush does nothing and says it did. */
    DROPS_FLUSHES,
    /** The flag {@code fua} makes nothing durable. */
    IGNORES_FUA,
    /** A write to more than one sector leaves out its last one. */
    WRITES_SHORT
}

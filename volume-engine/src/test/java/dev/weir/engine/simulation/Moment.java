package dev.weir.engine.simulation;

/** When a sector was read, which says what it may read as. */
enum Moment {
    /** In the same life of the process as the last request. */
    ALIVE,
    /** After the process was killed and the pool opened again. */
    AFTER_KILL,
    /** After the power was lost and the pool opened again. */
    AFTER_POWER_LOSS
}

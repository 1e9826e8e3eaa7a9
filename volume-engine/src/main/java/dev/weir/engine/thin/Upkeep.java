package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;

/** How volumes ask for maintenance. */
interface Upkeep {

    /** Something was freed, or the journal grew: there may be work. Returns at once. */
    void hint();

    /** How often space has become usable again so far. */
    long reclaims();

    /**
     * Space is needed now: makes what was freed usable again, or waits for whoever is doing that.
     */
    void reclaim() throws StorageException;
}

package dev.weir.engine.simulation;

/** What a loss of power does to the versions of sectors that were not synced. */
enum PowerLoss {
    /** Each sector keeps any of its versions, independently of all others. */
    SECTORS,
    /**
     * Each 4 KiB page was written back at any one time, or was torn between two such times at
     * sector boundaries: a mapped file under the page cache.
     */
    PAGES,
    /**
     * Regions of 256 KiB each lose everything, keep everything or behave as {@link #SECTORS}: what
     * one part of the device remembers, another has forgotten.
     */
    REGIONS,
    /** Almost everything survives; one sector in twenty is as it was when last synced. */
    FEW_LOST,
    /** Almost nothing survives; one sector in twenty has its latest content. */
    FEW_KEPT,
    /** Everything up to one moment survives, in order. */
    PREFIX,
    /** Nothing unsynced survives. */
    EVERYTHING
}

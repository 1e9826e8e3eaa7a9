package dev.weir.blockio;

/** How {@link BlockDevice#zero} may reach its end. */
public enum ZeroMode {
    /** Space may be given back: the range may become a hole. */
    MAY_TRIM,
    /** Space stays, or becomes, allocated: a later write into the range cannot run out of space. */
    ALLOCATE,
    /**
     * Like {@link #MAY_TRIM}, but fails with {@link StorageFailure.Unsupported} rather than write
     * zeros slowly.
     */
    FAST,
    /**
     * Like {@link #ALLOCATE}, but fails with {@link StorageFailure.Unsupported} rather than write
     * zeros slowly.
     */
    FAST_ALLOCATE
}

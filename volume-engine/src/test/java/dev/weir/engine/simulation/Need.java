package dev.weir.engine.simulation;

/** What a request may lack without anybody being at fault. */
enum Need {
    NOTHING,
    /** Pool space. */
    SPACE,
    /** A fast way to write zeros. */
    FAST,
    FAST_AND_SPACE;

    boolean space() {
        return this == SPACE || this == FAST_AND_SPACE;
    }

    boolean fast() {
        return this == FAST || this == FAST_AND_SPACE;
    }
}

package dev.weir.engine.metadata;

/**
 * Numbers of extents: the index of the member whose slot table describes the extent in the upper
 * bits, its position there in the lower 26.
 */
public final class ExtentId {
    private static final int LOCAL_BITS = 26;

    private ExtentId() {}

    public static int of(int member, int local) {
        return member << LOCAL_BITS | local;
    }

    public static int member(int extent) {
        return extent >>> LOCAL_BITS;
    }

    public static int local(int extent) {
        return extent & (1 << LOCAL_BITS) - 1;
    }
}

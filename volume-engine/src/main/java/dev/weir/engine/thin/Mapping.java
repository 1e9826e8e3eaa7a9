package dev.weir.engine.thin;

/**
 * Where a grain is, in one long.
 *
 * <pre>
 *  bit  63     moving: a mover is about to copy it; whoever writes it clears the bit, and the move is off
 *  bit  62     mapped
 *  bits 20-51  extent
 *  bits 0-19   slot
 * </pre>
 *
 * Neighbouring slots of one extent have neighbouring values.
 */
final class Mapping {
    static final long NONE = 0;
    private static final long MOVING = 1L << 63;
    private static final long MAPPED = 1L << 62;
    private static final int SLOT_BITS = 20;

    private Mapping() {}

    static long of(int extent, int slot) {
        return MAPPED | (long) extent << SLOT_BITS | slot;
    }

    static int extent(long mapping) {
        return (int) (mapping >>> SLOT_BITS);
    }

    static int slot(long mapping) {
        return (int) mapping & (1 << SLOT_BITS) - 1;
    }

    static boolean isMoving(long mapping) {
        return mapping < 0;
    }

    static long moving(long mapping) {
        return mapping | MOVING;
    }

    static long settled(long mapping) {
        return mapping & ~MOVING;
    }
}

package dev.weir.engine.thin;

import dev.weir.engine.metadata.Member;
import java.util.BitSet;

/**
 * An extent that a volume holds, and the state of its slots. Guarded by the volume's {@link
 * VolumeSpace}.
 *
 * <pre>
 *           allocate              free
 *  clean ------------> used ------------> dirty
 *    ^                                      |
 *    +--------- zeroed, and durable --------+
 * </pre>
 */
final class Extent {
    private final int number;
    private final Member member;
    private final long offsetBytes;
    private final int slots;
    private final BitSet used = new BitSet();
    private final BitSet clean = new BitSet();

    /** Set when the device failed below it: it has no clean slot, and gets none. */
    private volatile boolean condemned;

    /** An extent whose slots are all free; clean or not. */
    Extent(int number, Member member, long offsetBytes, int slots, boolean clean) {
        this.number = number;
        this.member = member;
        this.offsetBytes = offsetBytes;
        this.slots = slots;
        this.clean.set(0, slots, clean);
    }

    int number() {
        return number;
    }

    Member member() {
        return member;
    }

    long offsetBytes() {
        return offsetBytes;
    }

    int usedSlots() {
        return used.cardinality();
    }

    boolean isUnused() {
        return used.isEmpty();
    }

    boolean hasClean() {
        return !clean.isEmpty();
    }

    boolean hasDirty() {
        return !condemned && usedSlots() + clean.cardinality() < slots;
    }

    /** Marks a slot as in use, at recovery. */
    void claim(int slot) {
        used.set(slot);
        clean.clear(slot);
    }

    /** The first clean slot at or after one, else the first of all; -1 if there is none. */
    int firstClean(int from) {
        int first = clean.nextSetBit(from);
        return first >= 0 ? first : clean.nextSetBit(0);
    }

    /** How many clean slots follow each other from this one on, at most {@code wanted}. */
    int cleanRun(int first, int wanted) {
        return Math.min(clean.nextClearBit(first) - first, wanted);
    }

    void use(int first, int count) {
        clean.clear(first, first + count);
        used.set(first, first + count);
    }

    void free(int first, int count) {
        used.clear(first, first + count);
    }

    void freeAll() {
        used.clear();
        clean.clear();
    }

    /** The slots that are free and not clean, as of now. */
    BitSet dirtySlots() {
        BitSet dirty = new BitSet();
        dirty.set(0, slots);
        dirty.andNot(used);
        dirty.andNot(clean);
        return dirty;
    }

    void markClean(BitSet zeroed) {
        if (!condemned) {
            clean.or(zeroed);
        }
    }

    void condemn() {
        condemned = true;
        clean.clear();
    }

    boolean isCondemned() {
        return condemned;
    }
}

package dev.weir.engine.thin;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where each grain of one volume is. Reads take no lock; changes of one leaf are made by one thread
 * at a time (the volume's stripe lock sees to that), and publish what happened before them.
 *
 * <pre>
 *  grain number:   root (rest) | middle (12 bits) | leaf (6 bits)
 *  root:   references to middles, as long as the volume's size needs; grown under a lock
 *  middle: 4096 numbers of leaves, made when first needed
 *  leaf:   64 mappings, off heap
 * </pre>
 */
final class GrainMap {
    private static final int MIDDLE_SHIFT = 12;
    private static final int MIDDLE_LEAVES = 1 << MIDDLE_SHIFT;
    private static final int ROOT_SHIFT = MIDDLE_SHIFT + LeafStore.LEAF_SHIFT;
    private static final int GRAIN_MASK = LeafStore.LEAF_GRAINS - 1;
    private static final int NO_LEAF = 0;

    private final LeafStore leaves;
    private volatile AtomicReferenceArray<@Nullable AtomicIntegerArray> root =
            new AtomicReferenceArray<>(1);

    GrainMap(LeafStore leaves) {
        this.leaves = leaves;
    }

    /** The mapping of a grain, or {@link Mapping#NONE}. */
    long get(long grain) {
        int leaf = leafOf(grain);
        return leaf == NO_LEAF ? Mapping.NONE : leaves.get(leaf, (int) grain & GRAIN_MASK);
    }

    /**
     * The first grain at or after this one whose leaf exists, or {@code end}: what lies between is
     * unmapped.
     */
    long skipAbsent(long grain, long end) {
        long at = grain;
        while (at < end && leafOf(at) == NO_LEAF) {
            at = middleOf(at) == null ? (at | (1L << ROOT_SHIFT) - 1) + 1 : (at | GRAIN_MASK) + 1;
        }
        return Math.min(at, end);
    }

    void set(long grain, long mapping) {
        leaves.set(leafForChange(grain), (int) grain & GRAIN_MASK, mapping);
    }

    boolean compareAndSet(long grain, long expected, long mapping) {
        int leaf = leafOf(grain);
        return leaf != NO_LEAF
                && leaves.compareAndSet(leaf, (int) grain & GRAIN_MASK, expected, mapping);
    }

    /** Gives back the leaf of a grain if nothing in it is mapped. */
    void retireIfEmpty(long grain) {
        AtomicIntegerArray middle = middleOf(grain);
        int leaf = leafOf(grain);
        if (middle == null || leaf == NO_LEAF) {
            return;
        }
        for (int i = 0; i < LeafStore.LEAF_GRAINS; i++) {
            if (leaves.get(leaf, i) != Mapping.NONE) {
                return;
            }
        }
        middle.set(indexInMiddle(grain), NO_LEAF);
        leaves.retire(leaf);
    }

    /** Gives all leaves back; only when nobody changes this map any more. */
    void free() {
        AtomicReferenceArray<@Nullable AtomicIntegerArray> middles = root;
        root = new AtomicReferenceArray<>(1);
        for (int m = 0; m < middles.length(); m++) {
            AtomicIntegerArray middle = middles.get(m);
            for (int i = 0; middle != null && i < MIDDLE_LEAVES; i++) {
                if (middle.get(i) != NO_LEAF) {
                    leaves.retire(middle.get(i));
                }
            }
        }
    }

    private int leafOf(long grain) {
        AtomicIntegerArray middle = middleOf(grain);
        return middle == null ? NO_LEAF : middle.get(indexInMiddle(grain));
    }

    private @Nullable AtomicIntegerArray middleOf(long grain) {
        AtomicReferenceArray<@Nullable AtomicIntegerArray> middles = root;
        long index = grain >>> ROOT_SHIFT;
        return index < middles.length() ? middles.get((int) index) : null;
    }

    /** A leaf is made by whoever holds its stripe, so nobody else makes the same one. */
    private int leafForChange(long grain) {
        AtomicIntegerArray middle = middleOf(grain);
        if (middle == null) {
            middle = makeMiddle(grain);
        }
        int index = indexInMiddle(grain);
        int leaf = middle.get(index);
        if (leaf == NO_LEAF) {
            leaf = leaves.allocate();
            middle.set(index, leaf);
        }
        return leaf;
    }

    private synchronized AtomicIntegerArray makeMiddle(long grain) {
        int index = (int) (grain >>> ROOT_SHIFT);
        if (index >= root.length()) {
            AtomicReferenceArray<@Nullable AtomicIntegerArray> grown =
                    new AtomicReferenceArray<>(
                            Math.max(index + 1, Math.min(2 * root.length(), index + 1024)));
            for (int i = 0; i < root.length(); i++) {
                grown.set(i, root.get(i));
            }
            root = grown;
        }
        AtomicIntegerArray middle = root.get(index);
        if (middle == null) {
            middle = new AtomicIntegerArray(MIDDLE_LEAVES);
            root.set(index, middle);
        }
        return middle;
    }

    private static int indexInMiddle(long grain) {
        return (int) (grain >>> LeafStore.LEAF_SHIFT) & MIDDLE_LEAVES - 1;
    }
}

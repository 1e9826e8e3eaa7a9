package dev.weir.engine.thin;

import dev.weir.blockio.memory.OffHeapMemory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * Off-heap leaves of the grain maps of a pool: 64 mappings of 8 bytes each, in slabs of 1 MiB.
 *
 * <p>Leaves are made and freed under a lock and used without one.
 */
final class LeafStore implements AutoCloseable {
    static final int LEAF_SHIFT = 6;
    static final int LEAF_GRAINS = 1 << LEAF_SHIFT;
    private static final int LEAF_BYTES = LEAF_GRAINS * Long.BYTES;
    private static final int SLAB_SHIFT = 11;
    private static final int LEAVES_PER_SLAB = 1 << SLAB_SHIFT;
    private static final int SLAB_BYTES = LEAVES_PER_SLAB * LEAF_BYTES;

    private volatile OffHeapMemory[] slabs = new OffHeapMemory[0];
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Deque<Integer> retired = new ArrayDeque<>();
    private int nextLeaf = 1; // 0 means none

    /** A leaf of unmapped grains. */
    synchronized int allocate() {
        Integer recycled = free.poll();
        if (recycled != null) {
            slab(recycled).zero(offset(recycled, 0), LEAF_BYTES);
            return recycled;
        }
        int leaf = nextLeaf++;
        if (leaf >>> SLAB_SHIFT >= slabs.length) {
            OffHeapMemory[] grown = Arrays.copyOf(slabs, slabs.length + 1);
            grown[slabs.length] = OffHeapMemory.allocate(SLAB_BYTES);
            slabs = grown;
        }
        return leaf;
    }

    /** Takes back a leaf that nobody can find any more, but somebody may still be reading. */
    synchronized void retire(int leaf) {
        retired.push(leaf);
    }

    /** The leaves retired so far; for {@link #free} after a grace period. */
    synchronized List<Integer> takeRetired() {
        List<Integer> leaves = List.copyOf(retired);
        retired.clear();
        return leaves;
    }

    /** Takes back leaves that nobody can see any more. */
    synchronized void free(Collection<Integer> leaves) {
        free.addAll(leaves);
    }

    long get(int leaf, int index) {
        return slab(leaf).getLongAcquire(offset(leaf, index));
    }

    void set(int leaf, int index, long mapping) {
        slab(leaf).setLongRelease(offset(leaf, index), mapping);
    }

    boolean compareAndSet(int leaf, int index, long expected, long mapping) {
        return slab(leaf).compareAndSetLong(offset(leaf, index), expected, mapping);
    }

    /** Frees the memory; only when nobody reads maps any more. */
    @Override
    public synchronized void close() {
        for (OffHeapMemory slab : slabs) {
            slab.close();
        }
    }

    private OffHeapMemory slab(int leaf) {
        return slabs[leaf >>> SLAB_SHIFT];
    }

    private static long offset(int leaf, int index) {
        return (long) (leaf & LEAVES_PER_SLAB - 1) * LEAF_BYTES + (long) index * Long.BYTES;
    }
}

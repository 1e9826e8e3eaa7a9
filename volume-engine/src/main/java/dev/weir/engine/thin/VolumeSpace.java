package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.engine.metadata.Member;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The extents that one volume holds, and who gets which slot of them. Usable from any thread. */
final class VolumeSpace {
    private final FreeExtents pool;
    private final int slotsPerExtent;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Extent> extents = new HashMap<>();
    private final Set<Extent> withClean = new LinkedHashSet<>();

    /** Extents that may have dirty slots or be unused altogether. */
    private final Set<Extent> withFreed = new LinkedHashSet<>();

    private @Nullable Extent current;
    private int nextSlot;

    VolumeSpace(FreeExtents pool, int slotsPerExtent) {
        this.pool = pool;
        this.slotsPerExtent = slotsPerExtent;
    }

    /** Neighbouring slots that were handed out. */
    record SlotRange(Extent extent, int first, int count) {}

    /**
     * Marks a slot as used, at recovery. The other slots of an extent that was not known yet are
     * dirty.
     */
    void claim(int number, int slot, Supplier<Extent> extent) {
        Extent holder = extents.computeIfAbsent(number, _ -> extent.get());
        holder.claim(slot);
        withFreed.add(holder);
    }

    /**
     * Hands out one to {@code wanted} neighbouring clean slots, if possible those after the ones
     * handed out last. Takes a further extent from the pool when none of this volume's has a clean
     * slot.
     */
    SlotRange allocate(int wanted) throws StorageException {
        lock.lock();
        try {
            Extent from = extentWithClean();
            int first = from.firstClean(from == current ? nextSlot : 0);
            int count = from.cleanRun(first, wanted);
            current = from;
            nextSlot = first + count;
            return use(from, first, count);
        } finally {
            lock.unlock();
        }
    }

    /** Hands out one clean slot of an extent that the volume already holds, if there is one. */
    Optional<SlotRange> allocateHeld() {
        lock.lock();
        try {
            Optional<Extent> held = heldWithClean();
            return held.map(extent -> use(extent, extent.firstClean(0), 1));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Never again hands out a slot of an extent, because its device fails there. What it holds
     * stays where it is.
     */
    void condemn(Extent extent) {
        lock.lock();
        try {
            extent.condemn();
            withClean.remove(extent);
        } finally {
            lock.unlock();
        }
    }

    /** Stops handing out slots of an extent, which is about to be emptied. */
    void retire(Extent extent) {
        lock.lock();
        try {
            withClean.remove(extent);
            if (current == extent) {
                current = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #retire}. */
    void readmit(Extent extent) {
        lock.lock();
        try {
            if (extents.containsKey(extent.number())) {
                withFreed.add(extent);
                if (extent.hasClean()) {
                    withClean.add(extent);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private SlotRange use(Extent extent, int first, int count) {
        extent.use(first, count);
        if (!extent.hasClean()) {
            withClean.remove(extent);
        }
        return new SlotRange(extent, first, count);
    }

    private Optional<Extent> heldWithClean() {
        return withClean.stream().filter(extent -> extent.member().isOnline()).findFirst();
    }

    private Extent extentWithClean() throws StorageException {
        Extent last = current;
        if (last != null && last.hasClean() && last.member().isOnline()) {
            return last;
        }
        Optional<Extent> held = heldWithClean();
        if (held.isPresent()) {
            return held.get();
        }
        Extent fresh = pool.take(slotsPerExtent);
        extents.put(fresh.number(), fresh);
        withClean.add(fresh);
        return fresh;
    }

    /** Takes slots back; they are dirty from now on. */
    void free(int extent, int first, int count) {
        lock.lock();
        try {
            Extent holder = extents.get(extent);
            if (holder != null) {
                holder.free(first, count);
                withFreed.add(holder);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes all slots back: the volume is gone. */
    void freeAll() {
        lock.lock();
        try {
            for (Extent extent : extents.values()) {
                extent.freeAll();
                withFreed.add(extent);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Separates the extents without a used slot; nobody gets a slot of them any more. */
    List<Extent> detachUnused() {
        lock.lock();
        try {
            List<Extent> unused = new ArrayList<>();
            for (Extent extent : withFreed) {
                if (extent.isUnused() && !extent.isCondemned()) {
                    unused.add(extent);
                }
            }
            unused.forEach(this::forget);
            return unused;
        } finally {
            lock.unlock();
        }
    }

    /** Takes separated extents back: they could not be zeroed. */
    void reattach(Collection<Extent> unused) {
        lock.lock();
        try {
            for (Extent extent : unused) {
                extents.put(extent.number(), extent);
                withFreed.add(extent);
                if (extent.hasClean()) {
                    withClean.add(extent);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The dirty slots of an extent. */
    record Dirty(Extent extent, BitSet slots) {}

    /** What is dirty now. */
    List<Dirty> dirty() {
        lock.lock();
        try {
            List<Dirty> dirty = new ArrayList<>();
            for (Extent extent : withFreed) {
                if (extent.hasDirty()) {
                    dirty.add(new Dirty(extent, extent.dirtySlots()));
                }
            }
            return dirty;
        } finally {
            lock.unlock();
        }
    }

    /** These slots were zeroed, and that is durable. */
    void markClean(Dirty zeroed) {
        lock.lock();
        try {
            zeroed.extent().markClean(zeroed.slots());
            if (zeroed.extent().hasClean()) {
                withClean.add(zeroed.extent());
            }
            if (!zeroed.extent().hasDirty() && !zeroed.extent().isUnused()) {
                withFreed.remove(zeroed.extent());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether there may be something to zero. */
    boolean hasFreed() {
        lock.lock();
        try {
            return !withFreed.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    long extentCount() {
        lock.lock();
        try {
            return extents.size();
        } finally {
            lock.unlock();
        }
    }

    /** The extents held now, with the number of slots used in each. */
    Map<Extent, Integer> usage() {
        lock.lock();
        try {
            Map<Extent, Integer> usage = new HashMap<>();
            extents.values().forEach(extent -> usage.put(extent, extent.usedSlots()));
            return usage;
        } finally {
            lock.unlock();
        }
    }

    /** Whether any of its extents is on that member. */
    boolean isOn(Member member) {
        lock.lock();
        try {
            return extents.values().stream().anyMatch(extent -> extent.member() == member);
        } finally {
            lock.unlock();
        }
    }

    private void forget(Extent extent) {
        extents.remove(extent.number());
        withClean.remove(extent);
        withFreed.remove(extent);
        if (current == extent) {
            current = null;
        }
    }
}

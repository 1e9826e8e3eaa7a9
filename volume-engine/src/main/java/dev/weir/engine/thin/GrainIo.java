package dev.weir.engine.thin;

import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.metadata.ExtentId;
import dev.weir.engine.metadata.Geometry;
import dev.weir.engine.metadata.JournalRecord;
import dev.weir.engine.metadata.Member;
import dev.weir.engine.metadata.SlotRun;
import dev.weir.engine.thin.VolumeSpace.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Turns ranges of a volume into ranges of members, and maps grains that are written for the first
 * time. Ranges were checked by the caller. Usable from any thread.
 *
 * <p>Life of a write: a mapped grain is overwritten where it is, inside the grace period and
 * without a lock. For an unmapped one the thread leaves the grace period, takes the stripe of the
 * leaf, gets clean slots, writes the data, appends the record that says so to the journal, and
 * publishes the mapping: in this order, so that a mapping that can be seen, or that survives a
 * crash, never leads to anything but this volume's bytes or zeros.
 */
final class GrainIo {
    private static final int STRIPES = 64;

    /** Extents tried for a new grain when the device fails below one after the other. */
    private static final int MAX_ATTEMPTS = 4;

    private static final OffHeapMemory ZEROS =
            OffHeapMemory.allocate(dev.weir.engine.Limits.MAX_GRAIN_BYTES);

    private final int volume;
    private final Services services;
    private final GrainMap map;
    private final VolumeSpace space;
    private final int grainBytes;
    private final int grainShift;
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];
    private final AtomicLong mappedGrains = new AtomicLong();

    /**
     * Set once, before the map is given up; looked at inside the grace period and under stripes.
     */
    private volatile boolean closed;

    /**
     * The volume's size, looked at where {@link #closed} is: a request that was checked before a
     * shrink must not reach behind it. Changes under the stripe of the grain that the end lies in.
     */
    private volatile long sizeBytes;

    /** Set when a slot table was lost: a grain that seems unmapped may have been mapped there. */
    private volatile boolean mappingsLost;

    GrainIo(int volume, long sizeBytes, Services services, VolumeSpace space) {
        this.volume = volume;
        this.sizeBytes = sizeBytes;
        this.services = services;
        this.map = new GrainMap(services.leaves());
        this.space = space;
        Geometry geometry = services.metadata().geometry();
        this.grainBytes = geometry.grainBytes();
        this.grainShift = geometry.grainShift();
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    long mappedGrains() {
        return mappedGrains.get();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** Changes the size; after a shrink, {@link #drain} waits for those who knew the old one. */
    void resize(long newSizeBytes) {
        ReentrantLock stripe = stripe(sizeBytes >>> grainShift);
        stripe.lock();
        try {
            sizeBytes = newSizeBytes;
        } finally {
            stripe.unlock();
        }
    }

    void loseMappings() {
        mappingsLost = true;
    }

    /** Enters a mapping found at recovery; false if the grain has one already. */
    boolean recover(long grain, int extent, int slot) {
        if (map.get(grain) != Mapping.NONE) {
            return false;
        }
        map.set(grain, Mapping.of(extent, slot));
        mappedGrains.incrementAndGet();
        return true;
    }

    void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long grain = at >>> grainShift;
            long mapping = Mapping.settled(map.get(grain));
            long runEnd = Math.min(end, runEnd(grain, mapping, end));
            long to = destinationOffset + (at - offset);
            if (mapping == Mapping.NONE) {
                requireMappings();
                destination.zero(to, runEnd - at);
            } else {
                memberOf(mapping).read(position(mapping, at), destination, to, runEnd - at);
            }
            at = runEnd;
        }
    }

    void write(long offset, OffHeapMemory source, long sourceOffset, long length)
            throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            at = overwriteMapped(at, end, source, sourceOffset + (at - offset));
            if (at < end) {
                at = writeLeaf(at, end, source, sourceOffset + (at - offset));
            }
        }
    }

    /** Writes as far as grains are mapped and not about to move; returns where it stopped. */
    private long overwriteMapped(long from, long end, OffHeapMemory source, long sourceOffset)
            throws StorageException {
        long at = from;
        int ticket = services.grace().enter();
        try {
            requireWithin(end);
            while (at < end) {
                long grain = at >>> grainShift;
                long mapping = map.get(grain);
                if (mapping == Mapping.NONE || Mapping.isMoving(mapping)) {
                    return at;
                }
                long runEnd = Math.min(end, runEnd(grain, mapping, end));
                memberOf(mapping)
                        .write(
                                position(mapping, at),
                                source,
                                sourceOffset + (at - from),
                                runEnd - at);
                at = runEnd;
            }
            return at;
        } finally {
            services.grace().exit(ticket);
        }
    }

    /** Writes up to the end of the leaf, mapping what is not mapped; returns where it stopped. */
    private long writeLeaf(long from, long end, OffHeapMemory source, long sourceOffset)
            throws StorageException {
        while (true) {
            long reclaims = services.upkeep().reclaims();
            try {
                return tryWriteLeaf(from, Math.min(end, leafEnd(from)), source, sourceOffset);
            } catch (StorageException e) {
                reclaimOrRethrow(e, reclaims);
            }
        }
    }

    private long tryWriteLeaf(long from, long leafEnd, OffHeapMemory source, long sourceOffset)
            throws StorageException {
        long at = from;
        ReentrantLock stripe = stripe(from >>> grainShift);
        stripe.lock();
        try {
            requireWithin(leafEnd);
            while (at < leafEnd) {
                long grain = at >>> grainShift;
                long mapping = settle(grain);
                long memory = sourceOffset + (at - from);
                if (mapping == Mapping.NONE) {
                    at = mapAndWrite(at, leafEnd, source, memory);
                } else {
                    long grainEnd = Math.min(leafEnd, (grain + 1) << grainShift);
                    memberOf(mapping).write(position(mapping, at), source, memory, grainEnd - at);
                    at = grainEnd;
                }
            }
        } finally {
            stripe.unlock();
        }
        return at;
    }

    /**
     * Maps neighbouring unmapped grains from {@code at} on and writes them; returns where it
     * stopped.
     */
    private long mapAndWrite(long at, long end, OffHeapMemory source, long sourceOffset)
            throws StorageException {
        long grain = at >>> grainShift;
        for (int attempt = 1; ; attempt++) {
            SlotRange slots = allocate(unmappedGrains(grain, end));
            long writeEnd = Math.min(end, (grain + slots.count()) << grainShift);
            try {
                fill(slots, at, writeEnd, source, sourceOffset);
                publish(grain, slots);
                return writeEnd;
            } catch (StorageException e) {
                space.free(slots.extent().number(), slots.first(), slots.count());
                if (!slots.extent().isCondemned() || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Writes into slots that nothing leads to yet; an extent whose device fails gets no more. */
    private void fill(
            SlotRange slots, long at, long writeEnd, OffHeapMemory source, long sourceOffset)
            throws StorageException {
        long first = Mapping.of(slots.extent().number(), slots.first());
        try {
            memberOf(first).write(position(first, at), source, sourceOffset, writeEnd - at);
        } catch (StorageException e) {
            if (e.failure() instanceof StorageFailure.DeviceFailed) {
                space.condemn(slots.extent());
            }
            throw e;
        }
    }

    /** Maps every unmapped grain that the range touches, without writing: clean slots are zeros. */
    void allocate(long offset, long length) throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long reclaims = services.upkeep().reclaims();
            try {
                at = tryAllocateLeaf(at, Math.min(end, leafEnd(at)));
            } catch (StorageException e) {
                reclaimOrRethrow(e, reclaims);
            }
        }
    }

    private long tryAllocateLeaf(long from, long leafEnd) throws StorageException {
        long at = from;
        ReentrantLock stripe = stripe(from >>> grainShift);
        stripe.lock();
        try {
            requireWithin(leafEnd);
            while (at < leafEnd) {
                long grain = at >>> grainShift;
                if (map.get(grain) == Mapping.NONE) {
                    SlotRange slots = allocate(unmappedGrains(grain, leafEnd));
                    publish(grain, slots);
                    at = (grain + slots.count()) << grainShift;
                } else {
                    at = (grain + 1) << grainShift;
                }
            }
        } finally {
            stripe.unlock();
        }
        return at;
    }

    /**
     * Out of space: returns if some became usable since the attempt began, so that trying again
     * makes sense. Holds no stripe.
     *
     * @param before what {@link Upkeep#reclaims} said when the attempt began
     */
    private void reclaimOrRethrow(StorageException e, long before) throws StorageException {
        if (!(e.failure() instanceof StorageFailure.NoSpace)) {
            throw e;
        }
        services.upkeep().reclaim();
        if (services.upkeep().reclaims() == before) {
            throw e;
        }
    }

    private void publish(long grain, SlotRange slots) throws StorageException {
        int extent = slots.extent().number();
        services.metadata()
                .append(
                        new JournalRecord.SlotsSet(
                                List.of(
                                        new SlotRun(
                                                extent,
                                                slots.first(),
                                                slots.count(),
                                                volume,
                                                grain))));
        for (int i = 0; i < slots.count(); i++) {
            map.set(grain + i, Mapping.of(extent, slots.first() + i));
        }
        mappedGrains.addAndGet(slots.count());
        if (services.metadata().wantsCheckpoint()) {
            services.upkeep().hint();
        }
    }

    private SlotRange allocate(int wanted) throws StorageException {
        requireMappings();
        return space.allocate(wanted);
    }

    /** Makes what is mapped in the range read as zeros where it is. */
    void zeroMapped(long offset, long length) throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long grain = at >>> grainShift;
            long present = map.skipAbsent(grain, ((end - 1) >>> grainShift) + 1);
            if (present > grain) {
                requireMappings();
                at = present << grainShift;
                continue;
            }
            long grainEnd = Math.min(end, (grain + 1) << grainShift);
            ReentrantLock stripe = stripe(grain);
            stripe.lock();
            try {
                requireWithin(grainEnd);
                long mapping = settle(grain);
                if (mapping != Mapping.NONE) {
                    memberOf(mapping).write(position(mapping, at), ZEROS, 0, grainEnd - at);
                }
            } finally {
                stripe.unlock();
            }
            at = grainEnd;
        }
    }

    /** Unmaps the grains {@code [first, end)}. */
    void unmap(long first, long end) throws StorageException {
        long grain = map.skipAbsent(first, end);
        while (grain < end) {
            long leafEnd = Math.min(end, (grain | (LeafStore.LEAF_GRAINS - 1)) + 1);
            unmapLeaf(grain, leafEnd);
            grain = map.skipAbsent(leafEnd, end);
        }
        services.upkeep().hint();
    }

    /**
     * Clears the beginning of a grain. If the volume ends there, what lies behind belongs to nobody
     * and the grain is unmapped.
     */
    void clearHead(long offset, long end) throws StorageException {
        long grain = offset >>> grainShift;
        ReentrantLock stripe = stripe(grain);
        stripe.lock();
        try {
            if (end == sizeBytes) {
                unmapLeaf(grain, grain + 1);
            } else {
                zeroMapped(offset, end - offset);
            }
        } finally {
            stripe.unlock();
        }
    }

    private void unmapLeaf(long first, long end) throws StorageException {
        ReentrantLock stripe = stripe(first);
        stripe.lock();
        try {
            requireOpen();
            List<SlotRun> freed = mappedRuns(first, end);
            if (freed.isEmpty()) {
                return;
            }
            services.metadata().append(new JournalRecord.SlotsSet(freed));
            for (long grain = first; grain < end; grain++) {
                if (map.get(grain) != Mapping.NONE) {
                    map.set(grain, Mapping.NONE);
                    mappedGrains.decrementAndGet();
                }
            }
            map.retireIfEmpty(first);
            for (SlotRun run : freed) {
                space.free(run.extent(), run.slot(), run.count());
            }
        } finally {
            stripe.unlock();
        }
    }

    /** The slots of the mapped grains, neighbouring ones together, as freed. */
    private List<SlotRun> mappedRuns(long first, long end) {
        List<SlotRun> runs = new ArrayList<>();
        long grain = first;
        while (grain < end) {
            long mapping = Mapping.settled(map.get(grain));
            int count = 1;
            if (mapping != Mapping.NONE) {
                while (grain + count < end
                        && Mapping.settled(map.get(grain + count)) == mapping + count) {
                    count++;
                }
                runs.add(SlotRun.freed(Mapping.extent(mapping), Mapping.slot(mapping), count));
            }
            grain += count;
        }
        return runs;
    }

    void blockStatus(long offset, long length, BlockStatusVisitor visitor) throws StorageException {
        long at = offset;
        long end = offset + length;
        boolean more = true;
        while (at < end && more) {
            boolean hole = map.get(at >>> grainShift) == Mapping.NONE;
            if (hole) {
                requireMappings();
            }
            long runEnd = Math.min(end, statusRunEnd(at >>> grainShift, hole, end));
            more = visitor.visit(runEnd - at, hole, hole);
            at = runEnd;
        }
    }

    private long statusRunEnd(long grain, boolean hole, long end) {
        long endGrain = ((end - 1) >>> grainShift) + 1;
        long at = grain + 1;
        while (at < endGrain) {
            if (hole) {
                at = map.skipAbsent(at, endGrain);
            }
            if (at >= endGrain || (map.get(at) == Mapping.NONE) != hole) {
                break;
            }
            at++;
        }
        return at << grainShift;
    }

    void cache(long offset, long length) throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long mapping = Mapping.settled(map.get(at >>> grainShift));
            long runEnd = Math.min(end, runEnd(at >>> grainShift, mapping, end));
            if (mapping != Mapping.NONE) {
                memberOf(mapping).cache(position(mapping, at), runEnd - at);
            }
            at = runEnd;
        }
    }

    /** One past the last mapped grain in {@code [first, end)}, or {@code first} if none is. */
    long lastMappedEnd(long first, long end) {
        long last = first;
        long grain = map.skipAbsent(first, end);
        while (grain < end) {
            if (map.get(grain) != Mapping.NONE) {
                last = grain + 1;
            }
            grain = map.skipAbsent(grain + 1, end);
        }
        return last;
    }

    /** Returns when no read, and no change of a mapping, that had begun is still under way. */
    void drain() {
        services.grace().await();
        for (ReentrantLock stripe : stripes) {
            awaitHolder(stripe);
        }
    }

    /** Returns when whoever holds the stripe now has left it. */
    @SuppressWarnings("LockNotBeforeTry") // there is nothing to do while it is held
    private static void awaitHolder(ReentrantLock stripe) {
        stripe.lock();
        stripe.unlock();
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends all use; returns when nobody uses the volume any more. */
    void close() {
        closed = true;
        drain();
    }

    /** Forgets everything, after {@link #close}. */
    void forget() {
        map.free();
        mappedGrains.set(0);
    }

    /** Announces a move of a grain; false if it is not where the mover thinks. */
    boolean beginMove(long grain, int extent, int slot) {
        ReentrantLock stripe = stripe(grain);
        stripe.lock();
        try {
            long mapping = Mapping.of(extent, slot);
            return !closed && map.compareAndSet(grain, mapping, Mapping.moving(mapping));
        } finally {
            stripe.unlock();
        }
    }

    /**
     * Ends a move whose copy is durable; false if somebody wrote the grain meanwhile, and the move
     * is off.
     */
    boolean finishMove(long grain, int extent, int slot, int newExtent, int newSlot)
            throws StorageException {
        ReentrantLock stripe = stripe(grain);
        stripe.lock();
        try {
            long mapping = Mapping.of(extent, slot);
            if (closed || map.get(grain) != Mapping.moving(mapping)) {
                return false;
            }
            services.metadata()
                    .append(
                            new JournalRecord.SlotsSet(
                                    List.of(
                                            SlotRun.freed(extent, slot, 1),
                                            new SlotRun(newExtent, newSlot, 1, volume, grain))));
            map.set(grain, Mapping.of(newExtent, newSlot));
            return true;
        } finally {
            stripe.unlock();
        }
    }

    /** Calls off a move that could not be finished. */
    void cancelMove(long grain) {
        ReentrantLock stripe = stripe(grain);
        stripe.lock();
        try {
            if (!closed) {
                settle(grain);
            }
        } finally {
            stripe.unlock();
        }
    }

    /** The mapping of a grain whose stripe is held; a move of it is off. */
    private long settle(long grain) {
        long mapping = map.get(grain);
        if (Mapping.isMoving(mapping)) {
            mapping = Mapping.settled(mapping);
            map.set(grain, mapping);
        }
        return mapping;
    }

    private void requireOpen() throws StorageException {
        if (closed) {
            throw new StorageException(new StorageFailure.Closed("the volume"));
        }
    }

    private void requireWithin(long end) throws StorageException {
        requireOpen();
        Ranges.check(0, end, sizeBytes);
    }

    private void requireMappings() throws StorageException {
        if (mappingsLost) {
            throw new StorageException(
                    new StorageFailure.Corrupt(
                            "it is not known whether this range of the volume holds data"));
        }
    }

    private int unmappedGrains(long grain, long end) {
        long endGrain = ((end - 1) >>> grainShift) + 1;
        int count = 1;
        while (grain + count < endGrain && map.get(grain + count) == Mapping.NONE) {
            count++;
        }
        return count;
    }

    /** The end, in bytes, of the grains that follow this one in the way {@code mapping} does. */
    private long runEnd(long grain, long mapping, long end) {
        long endGrain = ((end - 1) >>> grainShift) + 1;
        long at = grain + 1;
        if (mapping == Mapping.NONE) {
            while (at < endGrain && map.get(at) == Mapping.NONE) {
                at++;
            }
        } else {
            while (at < endGrain && map.get(at) == mapping + (at - grain)) {
                at++;
            }
        }
        return at << grainShift;
    }

    private Member memberOf(long mapping) {
        return services.metadata().members().get(ExtentId.member(Mapping.extent(mapping)));
    }

    /** Where a byte of the volume is on its member. */
    private long position(long mapping, long offset) {
        int local = ExtentId.local(Mapping.extent(mapping));
        long inGrain = offset & (grainBytes - 1);
        return memberOf(mapping).extentOffset(local)
                + ((long) Mapping.slot(mapping) << grainShift)
                + inGrain;
    }

    private long leafEnd(long offset) {
        long grain = offset >>> grainShift;
        return ((grain | (LeafStore.LEAF_GRAINS - 1)) + 1) << grainShift;
    }

    private ReentrantLock stripe(long grain) {
        return stripes[(int) (grain >>> LeafStore.LEAF_SHIFT) & (STRIPES - 1)];
    }
}

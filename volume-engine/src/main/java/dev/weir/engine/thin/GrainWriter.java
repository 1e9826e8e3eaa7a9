package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.Limits;
import dev.weir.engine.metadata.JournalRecord;
import dev.weir.engine.metadata.SlotRun;
import dev.weir.engine.thin.VolumeSpace.SlotRange;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes the grains of a volume, and maps those that are written for the first time. Usable from
 * any thread.
 *
 * <p>Life of a write: a mapped grain is overwritten where it is, inside the grace period and
 * without a lock. For an unmapped one the thread leaves the grace period, takes the stripe of the
 * leaf, gets clean slots, writes the data, appends the record that says so to the journal, and
 * publishes the mapping: in this order, so that a mapping that can be seen, or that survives a
 * crash, never leads to anything but this volume's bytes or zeros.
 */
final class GrainWriter {
    /** Extents tried for a new grain when the device fails below one after the other. */
    private static final int MAX_ATTEMPTS = 4;

    private static final OffHeapMemory ZEROS = OffHeapMemory.allocate(Limits.MAX_GRAIN_BYTES);

    private final Grains grains;
    private final GrainMap map;
    private final int grainShift;
    private final Services services;

    GrainWriter(Grains grains) {
        this.grains = grains;
        this.map = grains.map();
        this.grainShift = grains.grainShift();
        this.services = grains.services();
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
            grains.requireWithin(end);
            while (at < end) {
                long grain = at >>> grainShift;
                long mapping = map.get(grain);
                if (mapping == Mapping.NONE || Mapping.isMoving(mapping)) {
                    return at;
                }
                long runEnd = Math.min(end, grains.runEnd(grain, mapping, end));
                grains.memberOf(mapping)
                        .write(
                                grains.position(mapping, at),
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
                return tryWriteLeaf(
                        from, Math.min(end, grains.leafEnd(from)), source, sourceOffset);
            } catch (StorageException e) {
                reclaimOrRethrow(e, reclaims);
            }
        }
    }

    private long tryWriteLeaf(long from, long leafEnd, OffHeapMemory source, long sourceOffset)
            throws StorageException {
        long at = from;
        ReentrantLock stripe = grains.stripe(from >>> grainShift);
        stripe.lock();
        try {
            grains.requireWithin(leafEnd);
            while (at < leafEnd) {
                long grain = at >>> grainShift;
                long mapping = grains.settle(grain);
                long memory = sourceOffset + (at - from);
                if (mapping == Mapping.NONE) {
                    at = mapAndWrite(at, leafEnd, source, memory);
                } else {
                    long grainEnd = Math.min(leafEnd, (grain + 1) << grainShift);
                    grains.memberOf(mapping)
                            .write(grains.position(mapping, at), source, memory, grainEnd - at);
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
                grains.space().free(slots.extent().number(), slots.first(), slots.count());
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
            grains.memberOf(first)
                    .write(grains.position(first, at), source, sourceOffset, writeEnd - at);
        } catch (StorageException e) {
            if (e.failure() instanceof StorageFailure.DeviceFailed) {
                grains.space().condemn(slots.extent());
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
                at = tryAllocateLeaf(at, Math.min(end, grains.leafEnd(at)));
            } catch (StorageException e) {
                reclaimOrRethrow(e, reclaims);
            }
        }
    }

    private long tryAllocateLeaf(long from, long leafEnd) throws StorageException {
        long at = from;
        ReentrantLock stripe = grains.stripe(from >>> grainShift);
        stripe.lock();
        try {
            grains.requireWithin(leafEnd);
            while (at < leafEnd) {
                long grain = at >>> grainShift;
                if (map.get(grain) == Mapping.NONE) {
                    SlotRange slots = allocate(unmappedGrains(grain, leafEnd));
                    try {
                        publish(grain, slots);
                    } catch (StorageException e) {
                        grains.space().free(slots.extent().number(), slots.first(), slots.count());
                        throw e;
                    }
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
                                                grains.volume(),
                                                grain))));
        for (int i = 0; i < slots.count(); i++) {
            map.set(grain + i, Mapping.of(extent, slots.first() + i));
        }
        grains.countMapped(slots.count());
        if (services.metadata().wantsCheckpoint()) {
            services.upkeep().hint();
        }
    }

    private SlotRange allocate(int wanted) throws StorageException {
        grains.requireMappings();
        return grains.space().allocate(wanted);
    }

    /** Makes what is mapped in the range read as zeros where it is. */
    void zeroMapped(long offset, long length) throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long grain = at >>> grainShift;
            long present = map.skipAbsent(grain, ((end - 1) >>> grainShift) + 1);
            if (present > grain) {
                grains.requireMappings();
                at = present << grainShift;
                continue;
            }
            long grainEnd = Math.min(end, (grain + 1) << grainShift);
            ReentrantLock stripe = grains.stripe(grain);
            stripe.lock();
            try {
                grains.requireWithin(grainEnd);
                long mapping = grains.settle(grain);
                if (mapping != Mapping.NONE) {
                    grains.memberOf(mapping)
                            .write(grains.position(mapping, at), ZEROS, 0, grainEnd - at);
                }
            } finally {
                stripe.unlock();
            }
            at = grainEnd;
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
}

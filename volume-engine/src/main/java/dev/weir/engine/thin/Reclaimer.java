package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.ZeroMode;
import dev.weir.engine.metadata.Member;
import dev.weir.engine.metadata.MetadataStore;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes freed space fit for use again: extents without a used slot go back to the pool and their
 * space to the host, and freed slots of the others are zeroed. One at a time.
 *
 * <pre>
 *  1. note what is free and dirty; extents without a used slot leave their volume
 *  2. wait for a grace period         nobody reads what was freed any more
 *  3. flush                           the records that freed it are durable
 *  4. zero it
 *  5. flush                           the zeros are durable
 *  6. it is clean
 * </pre>
 */
final class Reclaimer {
    private final MetadataStore metadata;
    private final GracePeriod grace;
    private final FreeExtents freeExtents;
    private final LeafStore leaves;
    private final AtomicLong reclaims = new AtomicLong();

    Reclaimer(
            MetadataStore metadata, GracePeriod grace, FreeExtents freeExtents, LeafStore leaves) {
        this.metadata = metadata;
        this.grace = grace;
        this.freeExtents = freeExtents;
        this.leaves = leaves;
    }

    /** How often it made space usable. */
    long reclaims() {
        return reclaims.get();
    }

    private record Found(VolumeSpace space, List<Extent> unused, List<VolumeSpace.Dirty> dirty) {}

    /** Does what there is to do; returns whether any space became usable. */
    synchronized boolean run(Collection<VolumeSpace> spaces) throws StorageException {
        List<Found> found = new ArrayList<>();
        for (VolumeSpace space : spaces) {
            if (space.hasFreed()) {
                found.add(new Found(space, space.detachUnused(), space.dirty()));
            }
        }
        found.removeIf(f -> f.unused().isEmpty() && f.dirty().isEmpty());
        if (found.isEmpty()) {
            return false;
        }
        try {
            boolean any = clean(found);
            if (any) {
                reclaims.incrementAndGet();
            }
            return any;
        } catch (StorageException e) {
            found.forEach(f -> f.space().reattach(f.unused()));
            throw e;
        }
    }

    private boolean clean(List<Found> found) throws StorageException {
        List<Integer> retired = leaves.takeRetired();
        grace.await();
        leaves.free(retired);
        metadata.flush();
        metadata.requireJournal();
        List<Found> zeroed = new ArrayList<>();
        for (Found f : found) {
            zeroed.add(new Found(f.space(), zeroExtents(f), zeroSlots(f)));
        }
        metadata.flush();
        boolean any = false;
        for (Found f : zeroed) {
            for (Extent extent : f.unused()) {
                any |= giveBack(f.space(), extent);
            }
            for (VolumeSpace.Dirty dirty : f.dirty()) {
                if (dirty.extent().member().isOnline()) {
                    f.space().markClean(dirty);
                    any = true;
                }
            }
        }
        return any;
    }

    private boolean giveBack(VolumeSpace space, Extent extent) {
        if (extent.member().isOnline()) {
            freeExtents.giveBack(extent);
            return true;
        }
        space.reattach(List.of(extent));
        return false;
    }

    /** Zeroes the unused extents; those whose device fails stay with the volume. */
    private List<Extent> zeroExtents(Found found) {
        List<Extent> zeroed = new ArrayList<>();
        for (Extent extent : found.unused()) {
            try {
                extent.member()
                        .zero(
                                extent.offsetBytes(),
                                metadata.geometry().extentBytes(),
                                ZeroMode.MAY_TRIM);
                zeroed.add(extent);
            } catch (StorageException e) {
                found.space().reattach(List.of(extent));
            }
        }
        return zeroed;
    }

    private List<VolumeSpace.Dirty> zeroSlots(Found found) {
        List<VolumeSpace.Dirty> zeroed = new ArrayList<>();
        for (VolumeSpace.Dirty dirty : found.dirty()) {
            try {
                zeroRuns(dirty.extent(), dirty.slots());
                zeroed.add(dirty);
            } catch (StorageException e) {
                // It stays dirty, and is tried again with the next round.
            }
        }
        return zeroed;
    }

    private void zeroRuns(Extent extent, BitSet slots) throws StorageException {
        Member member = extent.member();
        int shift = metadata.geometry().grainShift();
        int first = slots.nextSetBit(0);
        while (first >= 0) {
            int end = slots.nextClearBit(first);
            member.zero(
                    extent.offsetBytes() + ((long) first << shift),
                    (long) (end - first) << shift,
                    ZeroMode.ALLOCATE);
            first = slots.nextSetBit(end);
        }
    }
}

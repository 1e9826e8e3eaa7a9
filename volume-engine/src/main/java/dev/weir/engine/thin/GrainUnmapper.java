package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.engine.metadata.JournalRecord;
import dev.weir.engine.metadata.SlotRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Unmaps the grains of a volume. Usable from any thread. */
final class GrainUnmapper {
    private final Grains grains;
    private final GrainMap map;
    private final int grainShift;
    private final GrainWriter writer;

    GrainUnmapper(Grains grains, GrainWriter writer) {
        this.grains = grains;
        this.map = grains.map();
        this.grainShift = grains.grainShift();
        this.writer = writer;
    }

    /** Unmaps the grains {@code [first, end)}. */
    void unmap(long first, long end) throws StorageException {
        long grain = map.skipAbsent(first, end);
        while (grain < end) {
            long leafEnd = Math.min(end, (grain | (LeafStore.LEAF_GRAINS - 1)) + 1);
            unmapLeaf(grain, leafEnd);
            grain = map.skipAbsent(leafEnd, end);
        }
        grains.services().upkeep().hint();
    }

    /**
     * Clears the beginning of a grain. If the volume ends there, what lies behind belongs to nobody
     * and the grain is unmapped.
     */
    void clearHead(long offset, long end) throws StorageException {
        long grain = offset >>> grainShift;
        ReentrantLock stripe = grains.stripe(grain);
        stripe.lock();
        try {
            if (end == grains.sizeBytes()) {
                unmapLeaf(grain, grain + 1);
            } else {
                writer.zeroMapped(offset, end - offset);
            }
        } finally {
            stripe.unlock();
        }
    }

    private void unmapLeaf(long first, long end) throws StorageException {
        ReentrantLock stripe = grains.stripe(first);
        stripe.lock();
        try {
            grains.requireOpen();
            List<SlotRun> freed = mappedRuns(first, end);
            if (freed.isEmpty()) {
                return;
            }
            grains.services().metadata().append(new JournalRecord.SlotsSet(freed));
            for (long grain = first; grain < end; grain++) {
                if (map.get(grain) != Mapping.NONE) {
                    map.set(grain, Mapping.NONE);
                    grains.countMapped(-1);
                }
            }
            map.retireIfEmpty(first);
            for (SlotRun run : freed) {
                grains.space().free(run.extent(), run.slot(), run.count());
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
}

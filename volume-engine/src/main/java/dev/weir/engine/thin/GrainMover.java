package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.engine.metadata.JournalRecord;
import dev.weir.engine.metadata.SlotRun;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes where a grain is while the volume is in use; the copying is done by whoever moves it, see
 * {@link Compactor}.
 */
final class GrainMover {
    private final Grains grains;
    private final GrainMap map;

    GrainMover(Grains grains) {
        this.grains = grains;
        this.map = grains.map();
    }

    /** Announces a move of a grain; false if it is not where the mover thinks. */
    boolean begin(long grain, int extent, int slot) {
        ReentrantLock stripe = grains.stripe(grain);
        stripe.lock();
        try {
            long mapping = Mapping.of(extent, slot);
            return !grains.isClosed() && map.compareAndSet(grain, mapping, Mapping.moving(mapping));
        } finally {
            stripe.unlock();
        }
    }

    /**
     * Ends a move whose copy is durable; false if somebody wrote the grain meanwhile, and the move
     * is off.
     */
    boolean finish(long grain, int extent, int slot, int newExtent, int newSlot)
            throws StorageException {
        ReentrantLock stripe = grains.stripe(grain);
        stripe.lock();
        try {
            long mapping = Mapping.of(extent, slot);
            if (grains.isClosed() || map.get(grain) != Mapping.moving(mapping)) {
                return false;
            }
            grains.services()
                    .metadata()
                    .append(
                            new JournalRecord.SlotsSet(
                                    List.of(
                                            SlotRun.freed(extent, slot, 1),
                                            new SlotRun(
                                                    newExtent,
                                                    newSlot,
                                                    1,
                                                    grains.volume(),
                                                    grain))));
            map.set(grain, Mapping.of(newExtent, newSlot));
            return true;
        } finally {
            stripe.unlock();
        }
    }

    /** Calls off a move that could not be finished. */
    void cancel(long grain) {
        ReentrantLock stripe = grains.stripe(grain);
        stripe.lock();
        try {
            if (!grains.isClosed()) {
                grains.settle(grain);
            }
        } finally {
            stripe.unlock();
        }
    }
}

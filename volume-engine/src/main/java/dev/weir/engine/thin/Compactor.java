package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.metadata.MetadataStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties sparse extents by moving their grains to other extents of the same volume, while the
 * volume is in use. Runs on the maintenance thread.
 *
 * <pre>
 *  1. mark the grains as moving       a writer that comes now clears the mark, and that grain stays
 *  2. wait for a grace period         writers who saw no mark are done
 *  3. copy to clean slots
 *  4. flush                           the copies are durable before any record can lead to them
 *  5. where the mark still stands: one record frees the old slot and sets the new one
 * </pre>
 */
final class Compactor {
    private static final Logger log = LoggerFactory.getLogger(Compactor.class);

    private final Services services;
    private final MetadataStore metadata;
    private final Reclaimer reclaimer;

    /**
     * Makes a compactor.
     *
     * @param reclaimer must not run at the same time: it could take away the slots that grains move
     *     to
     */
    Compactor(Services services, Reclaimer reclaimer) {
        this.services = services;
        this.reclaimer = reclaimer;
        this.metadata = services.metadata();
    }

    private record Occupant(long grain, int slot) {}

    private record Move(long grain, int slot, Extent to, int toSlot) {}

    /** Empties one extent of the volume if that frees space; returns whether it moved anything. */
    boolean run(ThinVolume volume) throws StorageException {
        synchronized (reclaimer) {
            Optional<Extent> victim = sparsest(volume.space());
            return victim.isPresent() && empty(volume, victim.get());
        }
    }

    /**
     * The extent with the fewest used slots, if the volume could do with an extent less and half of
     * its slots free.
     */
    private Optional<Extent> sparsest(VolumeSpace space) {
        Map<Extent, Integer> usage = space.usage();
        long slots = (long) usage.size() * metadata.geometry().slotsPerExtent();
        long used = usage.values().stream().mapToLong(Integer::longValue).sum();
        long free = slots - used;
        if (free < 2L * metadata.geometry().slotsPerExtent() || free < used / 4) {
            return Optional.empty();
        }
        return usage.entrySet().stream()
                .filter(e -> e.getKey().member().isOnline() && !e.getKey().isCondemned())
                .min(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }

    private boolean empty(ThinVolume volume, Extent victim) throws StorageException {
        List<Occupant> occupants = new ArrayList<>();
        metadata.forEachUsedSlot(
                victim.number(),
                (_, slot, owner, grain) -> {
                    if (owner == volume.number()) {
                        occupants.add(new Occupant(grain, slot));
                    }
                });
        volume.space().retire(victim);
        List<Move> moves = new ArrayList<>();
        boolean moved = false;
        try {
            for (Occupant occupant : occupants) {
                plan(volume, victim, occupant.grain(), occupant.slot(), moves);
            }
            services.grace().await();
            copy(volume, victim, moves);
            metadata.flush();
            for (Move move : moves) {
                move.to().member().requireOnline();
            }
            while (!moves.isEmpty()) {
                moved |= finish(volume, victim, moves.getLast());
                moves.removeLast();
            }
        } finally {
            moves.forEach(move -> callOff(volume, move));
            volume.space().readmit(victim);
        }
        return moved;
    }

    private static void callOff(ThinVolume volume, Move move) {
        volume.mover().cancel(move.grain());
        volume.space().free(move.to().number(), move.toSlot(), 1);
    }

    private void plan(ThinVolume volume, Extent victim, long grain, int slot, List<Move> moves)
            throws StorageException {
        if (volume.mover().begin(grain, victim.number(), slot)) {
            Optional<VolumeSpace.SlotRange> target = volume.space().allocateHeld();
            if (target.isEmpty()) {
                volume.mover().cancel(grain);
            } else {
                moves.add(new Move(grain, slot, target.get().extent(), target.get().first()));
            }
        }
    }

    /** Copies the grains; where a device fails, the move is off and the extent is let alone. */
    private void copy(ThinVolume volume, Extent victim, List<Move> moves) {
        try (OffHeapMemory buffer = OffHeapMemory.allocate(metadata.geometry().grainBytes())) {
            moves.removeIf(move -> {
                boolean copied = copied(volume, victim, move, buffer);
                if (!copied) {
                    callOff(volume, move);
                }
                return !copied;
            });
        }
    }

    private boolean copied(ThinVolume volume, Extent victim, Move move, OffHeapMemory buffer) {
        int grainBytes = metadata.geometry().grainBytes();
        int shift = metadata.geometry().grainShift();
        Extent at = victim;
        try {
            victim.member()
                    .read(
                            victim.offsetBytes() + ((long) move.slot() << shift),
                            buffer,
                            0,
                            grainBytes);
            at = move.to();
            at.member()
                    .write(
                            at.offsetBytes() + ((long) move.toSlot() << shift),
                            buffer,
                            0,
                            grainBytes);
            return true;
        } catch (StorageException e) {
            log.warn("Compaction passes over a grain of {}: {}", volume.name(), e.getMessage());
            volume.space().condemn(at);
            return false;
        }
    }

    /** Ends a move; false if somebody wrote the grain meanwhile. */
    private static boolean finish(ThinVolume volume, Extent victim, Move move)
            throws StorageException {
        boolean done =
                volume.mover()
                        .finish(
                                move.grain(),
                                victim.number(),
                                move.slot(),
                                move.to().number(),
                                move.toSlot());
        if (done) {
            volume.space().free(victim.number(), move.slot(), 1);
        } else {
            callOff(volume, move);
        }
        return done;
    }
}

package dev.weir.engine.thin;

import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.engine.metadata.ExtentId;
import dev.weir.engine.metadata.Geometry;
import dev.weir.engine.metadata.Member;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The grains of one volume: where each of them is, who may change that, and how large the volume
 * is. Ranges were checked by whoever asks. Usable from any thread.
 *
 * <p>Reads happen inside the grace period. A mapping is changed by the holder of the stripe of its
 * leaf, which is taken outside the grace period. What was checked before is checked again inside or
 * under them, where it cannot change any more: {@link #requireWithin}.
 *
 * <p>{@link GrainReader}, {@link GrainWriter}, {@link GrainUnmapper} and {@link GrainMover} work on
 * them.
 */
final class Grains {
    private static final int STRIPES = 64;

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

    Grains(int volume, long sizeBytes, Services services, VolumeSpace space) {
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

    int volume() {
        return volume;
    }

    Services services() {
        return services;
    }

    VolumeSpace space() {
        return space;
    }

    GrainMap map() {
        return map;
    }

    int grainShift() {
        return grainShift;
    }

    /** Counts grains that were mapped, or unmapped if negative. */
    void countMapped(long grains) {
        mappedGrains.addAndGet(grains);
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

    /** The mapping of a grain whose stripe is held; a move of it is off. */
    long settle(long grain) {
        long mapping = map.get(grain);
        if (Mapping.isMoving(mapping)) {
            mapping = Mapping.settled(mapping);
            map.set(grain, mapping);
        }
        return mapping;
    }

    void requireOpen() throws StorageException {
        if (closed) {
            throw new StorageException(new StorageFailure.Closed("the volume"));
        }
    }

    void requireWithin(long end) throws StorageException {
        requireOpen();
        Ranges.check(0, end, sizeBytes);
    }

    void requireMappings() throws StorageException {
        if (mappingsLost) {
            throw new StorageException(
                    new StorageFailure.Corrupt(
                            "it is not known whether this range of the volume holds data"));
        }
    }

    /** The end, in bytes, of the grains that follow this one in the way {@code mapping} does. */
    long runEnd(long grain, long mapping, long end) {
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

    Member memberOf(long mapping) {
        return services.metadata().members().get(ExtentId.member(Mapping.extent(mapping)));
    }

    /** Where a byte of the volume is on its member. */
    long position(long mapping, long offset) {
        int local = ExtentId.local(Mapping.extent(mapping));
        long inGrain = offset & (grainBytes - 1);
        return memberOf(mapping).extentOffset(local)
                + ((long) Mapping.slot(mapping) << grainShift)
                + inGrain;
    }

    long leafEnd(long offset) {
        long grain = offset >>> grainShift;
        return ((grain | (LeafStore.LEAF_GRAINS - 1)) + 1) << grainShift;
    }

    ReentrantLock stripe(long grain) {
        return stripes[(int) (grain >>> LeafStore.LEAF_SHIFT) & (STRIPES - 1)];
    }
}

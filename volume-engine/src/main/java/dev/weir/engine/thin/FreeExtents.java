package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.engine.metadata.ExtentId;
import dev.weir.engine.metadata.Member;
import dev.weir.engine.metadata.MetadataStore;
import dev.weir.engine.metadata.MirrorPlacement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The extents of a pool that no volume holds. What it hands out reads as zeros, also after a loss
 * of power, and has its space on the host reserved. Usable from any thread.
 */
final class FreeExtents implements MirrorPlacement {

    /** Extents of a member tried one after the other when the device fails there. */
    private static final int MAX_ATTEMPTS = 4;

    private final MetadataStore metadata;
    private final ReentrantLock lock = new ReentrantLock();

    /** By member: extents that are free. */
    private final List<BitSet> free = new ArrayList<>();

    /**
     * By member: of these, the ones known to be zeros durably. Of the others the device is asked.
     */
    private final List<BitSet> zeroed = new ArrayList<>();

    /**
     * By member: those that were zeroed, perhaps in part, and not yet flushed: what the device says
     * proves nothing.
     */
    private final List<BitSet> touched = new ArrayList<>();

    /** By member: extents for data, free or not. */
    private final List<Integer> totals = new ArrayList<>();

    private final AtomicLong revision = new AtomicLong();

    FreeExtents(MetadataStore metadata) {
        this.metadata = metadata;
    }

    /**
     * Takes notice of a member; all of its extents are free, but for those reserved for metadata.
     */
    void addMember(Member member) {
        lock.lock();
        try {
            BitSet all = new BitSet();
            if (metadata.knowsSlotsOf(member.index())) {
                all.set(0, member.layout().extents());
            }
            for (int extent : metadata.reservedExtents()) {
                if (ExtentId.member(extent) == member.index()) {
                    all.clear(ExtentId.local(extent));
                }
            }
            free.add(all);
            zeroed.add(new BitSet());
            touched.add(new BitSet());
            totals.add(all.cardinality());
        } finally {
            lock.unlock();
        }
    }

    /** Marks an extent as not free, at recovery: it is held, or it is not known whether it is. */
    void claim(int extent) {
        lock.lock();
        try {
            free.get(ExtentId.member(extent)).clear(ExtentId.local(extent));
        } finally {
            lock.unlock();
        }
    }

    /** Changes whenever an extent is taken or given back. */
    long revision() {
        return revision.get();
    }

    long totalExtents() {
        lock.lock();
        try {
            return totals.stream().mapToLong(Integer::longValue).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Extents for data of one member. */
    long totalExtents(int member) {
        lock.lock();
        try {
            return totals.get(member);
        } finally {
            lock.unlock();
        }
    }

    long freeExtents() {
        lock.lock();
        try {
            return free.stream().mapToLong(BitSet::cardinality).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Members whose extents are known here. */
    int memberCount() {
        lock.lock();
        try {
            return free.size();
        } finally {
            lock.unlock();
        }
    }

    /** Free extents of one member. */
    long freeExtents(int member) {
        lock.lock();
        try {
            return free.get(member).cardinality();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an extent from the member with the most free ones. Fails with no space when there is
     * none.
     */
    Extent take(int slotsPerExtent) throws StorageException {
        lock.lock();
        try {
            StorageException last = null;
            for (int m : membersByFreeSpace()) {
                try {
                    return take(m, slotsPerExtent);
                } catch (StorageException e) {
                    // The host below this member may be full, or the member failing: another may
                    // do.
                    last = e;
                }
            }
            // To the writer it is all the same: there is no space, and reclaiming may make some.
            StorageFailure full = new StorageFailure.NoSpace("the pool " + metadata.name());
            throw last == null ? new StorageException(full) : new StorageException(full, last);
        } finally {
            lock.unlock();
        }
    }

    private Extent take(int m, int slotsPerExtent) throws StorageException {
        Member member = metadata.members().get(m);
        for (int attempt = 1; ; attempt++) {
            int local = free.get(m).nextSetBit(0);
            try {
                prepare(member, local);
                free.get(m).clear(local);
                zeroed.get(m).clear(local);
                revision.incrementAndGet();
                return new Extent(
                        ExtentId.of(m, local),
                        member,
                        member.extentOffset(local),
                        slotsPerExtent,
                        true);
            } catch (StorageException e) {
                if (!(e.failure() instanceof StorageFailure.DeviceFailed)) {
                    throw e;
                }
                // Nobody tries this one again until the pool is opened anew; another may be good.
                free.get(m).clear(local);
                if (attempt == MAX_ATTEMPTS || free.get(m).isEmpty() || !member.isOnline()) {
                    throw e;
                }
            }
        }
    }

    /** Gives an extent back that was zeroed durably. */
    void giveBack(Extent extent) {
        int m = ExtentId.member(extent.number());
        int local = ExtentId.local(extent.number());
        lock.lock();
        try {
            free.get(m).set(local);
            zeroed.get(m).set(local);
            revision.incrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    /** Takes neighbouring extents, from the end, for metadata. */
    @Override
    public Optional<Integer> take(Member member, int count, List<Integer> reserved) {
        lock.lock();
        try {
            BitSet candidates = free.get(member.index());
            // One extent at least is left for data.
            for (int first = member.layout().extents() - count; first > 0; first--) {
                if (candidates.nextClearBit(first) >= first + count) {
                    candidates.clear(first, first + count);
                    zeroed.get(member.index()).clear(first, first + count);
                    totals.set(member.index(), totals.get(member.index()) - count);
                    return Optional.of(first);
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void giveBack(Member member, int first, int count) {
        lock.lock();
        try {
            free.get(member.index()).set(first, first + count);
            touched.get(member.index()).set(first, first + count);
            totals.set(member.index(), totals.get(member.index()) + count);
        } finally {
            lock.unlock();
        }
    }

    private void prepare(Member member, int local) throws StorageException {
        long offset = member.extentOffset(local);
        long length = metadata.geometry().extentBytes();
        // What a device calls zero now, it called so when the pool was opened and everything was
        // flushed.
        BitSet unsure = touched.get(member.index());
        boolean durable =
                zeroed.get(member.index()).get(local)
                        || (!unsure.get(local) && member.isKnownZero(offset, length));
        if (!durable) {
            unsure.set(local);
        }
        member.zero(offset, length, ZeroMode.ALLOCATE);
        if (!durable) {
            metadata.flush();
            member.requireOnline();
            unsure.clear(local);
        }
        zeroed.get(member.index()).set(local);
    }

    private List<Integer> membersByFreeSpace() {
        List<Integer> indexes = new ArrayList<>();
        for (int m = 0; m < free.size(); m++) {
            if (!free.get(m).isEmpty() && metadata.members().get(m).isOnline()) {
                indexes.add(m);
            }
        }
        indexes.sort((a, b) -> free.get(b).cardinality() - free.get(a).cardinality());
        return indexes;
    }
}

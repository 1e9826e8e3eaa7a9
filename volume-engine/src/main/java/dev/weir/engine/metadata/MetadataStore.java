package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.engine.metadata.DeviceRows.Mirror;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of an open pool: changes go to the journal and to the tables in memory at once, and
 * {@link Checkpoint}s bring the tables to the devices. Usable from any thread.
 *
 * <p>Locks: {@code checkpointLock} before {@code lock}. Only {@link #addMember} waits for a device
 * to flush while it holds {@code lock}.
 */
public final class MetadataStore {
    private static final double CHECKPOINT_FILL = 0.5;

    /** Changed pages are held in memory until a checkpoint: 32 MiB ask for one. */
    private static final int CHECKPOINT_CHANGED_PAGES = 8 << 10;

    /** And a change that would add to 64 MiB waits for it. */
    private static final int MAX_CHANGED_PAGES = 16 << 10;

    private final UUID poolId;
    private final String name;
    private final PoolShape shape;
    private final Members members;
    private final Journal journal;
    private final Catalog catalog;
    private final DeviceRows rows;
    private final ReentrantLock checkpointLock = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private long sequence;
    private int nextVolumeNumber;

    /** Written under the lock. */
    private volatile boolean checkpointDue;

    MetadataStore(
            Superblock from,
            Members members,
            Journal journal,
            Catalog catalog,
            List<@Nullable SlotTable> slotTables,
            Map<Integer, Mirror> mirrors) {
        this.poolId = from.poolId();
        this.name = from.name();
        this.shape = from.shape();
        this.sequence = from.sequence();
        this.nextVolumeNumber = from.nextVolumeNumber();
        this.members = members;
        this.journal = journal;
        this.catalog = catalog;
        this.rows = new DeviceRows(from.devices(), slotTables, mirrors);
    }

    public UUID poolId() {
        return poolId;
    }

    public String name() {
        return name;
    }

    public Geometry geometry() {
        return shape.geometry();
    }

    public Members members() {
        return members;
    }

    /** Number of the last durable checkpoint. */
    public long sequence() {
        lock.lock();
        try {
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    /** A number that no volume of this pool has had. */
    public int newVolumeNumber() {
        lock.lock();
        try {
            return nextVolumeNumber++;
        } finally {
            lock.unlock();
        }
    }

    public List<VolumeEntry> volumes() throws StorageException {
        lock.lock();
        try {
            return catalog.volumes();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a change: it has survived the death of the process on return, a loss of power after a
     * flush.
     */
    public void append(JournalRecord record) throws StorageException {
        int length = JournalCodec.lengthOf(record);
        while (!tryAppend(record, length)) {
            checkpoint();
        }
    }

    private boolean tryAppend(JournalRecord record, int length) throws StorageException {
        lock.lock();
        try {
            if (!journal.hasRoomFor(length) || changedPages() > MAX_CHANGED_PAGES) {
                return false;
            }
            // What can fail comes first: after the append the tables must follow.
            prepare(record);
            journal.append(record);
            apply(record);
            noteWhetherCheckpointIsDue();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes everything durable that was written before this call, on every member that can; see
     * {@link Members#flush}.
     */
    public void flush() throws StorageException {
        long covered = head();
        members.flush();
        lock.lock();
        try {
            if (journal.hasHomeOnline()) {
                journal.noteDurable(covered);
            }
        } finally {
            lock.unlock();
        }
    }

    private long head() {
        lock.lock();
        try {
            return journal.head();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Fails unless the journal is still held by some member, so that what was appended can be
     * relied on.
     */
    public void requireJournal() throws StorageException {
        journal.requireHome();
    }

    /** Whether so much has changed that a checkpoint is due. */
    public boolean wantsCheckpoint() {
        return checkpointDue;
    }

    /** Visits every slot in use on members whose slot table is known. */
    public void forEachUsedSlot(SlotVisitor visitor, DamageVisitor damage) {
        lock.lock();
        try {
            for (int m = 0; m < rows.count(); m++) {
                SlotTable table = rows.slotTable(m);
                if (table != null) {
                    int member = m;
                    table.forEachUsed(
                            (local, slot, volume, grain) ->
                                    visitor.visit(ExtentId.of(member, local), slot, volume, grain),
                            (first, last, message) ->
                                    damage.visit(
                                            ExtentId.of(member, first),
                                            ExtentId.of(member, last),
                                            message));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Receives what cannot be read: the slots of these neighbouring extents are, at least in part,
     * not known.
     */
    @FunctionalInterface
    public interface DamageVisitor {
        void visit(int firstExtent, int lastExtent, String message);
    }

    /** Visits the slots of one extent that are in use. */
    public void forEachUsedSlot(int extent, SlotVisitor visitor) throws StorageException {
        lock.lock();
        try {
            SlotTable table = rows.slotTable(ExtentId.member(extent));
            if (table != null) {
                table.forEachUsed(
                        extent,
                        (_, slot, volume, grain) -> visitor.visit(extent, slot, volume, grain));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Receives slots in use. */
    @FunctionalInterface
    public interface SlotVisitor {
        void visit(int extent, int slot, int volume, long grain);
    }

    /** Whether the slot table of a member is known, so that its extents may be used. */
    public boolean knowsSlotsOf(int member) {
        return rows.knows(member);
    }

    /** Extents that hold mirrors of slot tables, and so no volume. */
    public List<Integer> reservedExtents() {
        List<Integer> reserved = new ArrayList<>();
        rows.mirrors()
                .forEach((member, mirror) -> {
                    int count = mirrorExtents(members.get(member).layout(), shape.geometry());
                    for (int i = 0; i < count; i++) {
                        reserved.add(ExtentId.of(mirror.member(), mirror.firstExtent() + i));
                    }
                });
        return reserved;
    }

    static int mirrorExtents(DeviceLayout layout, Geometry geometry) {
        return (int)
                ((layout.slotTableBytes() + geometry.extentBytes() - 1) / geometry.extentBytes());
    }

    /** Brings the tables to the devices and frees the journal before this moment. */
    public void checkpoint() throws StorageException {
        checkpointLock.lock();
        try {
            checkpointLocked();
        } finally {
            checkpointLock.unlock();
        }
    }

    private void checkpointLocked() throws StorageException {
        Checkpoint checkpoint;
        Checkpoint.Heading heading;
        lock.lock();
        try {
            checkpoint = new Checkpoint(members, journal, catalog, rows);
            heading = new Checkpoint.Heading(shape, poolId, name, sequence + 1, nextVolumeNumber);
        } finally {
            lock.unlock();
        }
        boolean done = false;
        try {
            checkpoint.write(heading);
            done = true;
        } finally {
            lock.lock();
            try {
                checkpoint.finish(done);
                if (done) {
                    sequence++;
                }
                noteWhetherCheckpointIsDue();
            } finally {
                lock.unlock();
            }
        }
    }

    private void noteWhetherCheckpointIsDue() {
        checkpointDue =
                journal.fill() > CHECKPOINT_FILL || changedPages() > CHECKPOINT_CHANGED_PAGES;
    }

    private int changedPages() {
        return catalog.table().changedPages() + rows.changedPages();
    }

    private void prepare(JournalRecord record) throws StorageException {
        switch (record) {
            case JournalRecord.SlotsSet slots -> {
                for (SlotRun run : slots.runs()) {
                    tableOf(run).prepare(run);
                }
            }
            case JournalRecord.VolumeSet set -> catalog.prepare(set.volume().number());
            case JournalRecord.VolumeRemoved removed -> catalog.prepare(removed.number());
            case JournalRecord.DurableMark _ -> {}
        }
    }

    private void apply(JournalRecord record) throws StorageException {
        switch (record) {
            case JournalRecord.SlotsSet slots -> {
                for (SlotRun run : slots.runs()) {
                    tableOf(run).set(run);
                }
            }
            case JournalRecord.VolumeSet set -> {
                catalog.set(set.volume());
                nextVolumeNumber = Math.max(nextVolumeNumber, set.volume().number() + 1);
            }
            case JournalRecord.VolumeRemoved removed -> {
                catalog.remove(removed.number());
                nextVolumeNumber = Math.max(nextVolumeNumber, removed.number() + 1);
            }
            case JournalRecord.DurableMark _ -> {}
        }
    }

    /**
     * Applies a record of the journal at recovery; what it says about a table that is lost is
     * passed over.
     */
    void replay(JournalRecord record, List<String> damage) {
        try {
            JournalRecord applicable =
                    switch (record) {
                        case JournalRecord.SlotsSet slots ->
                                new JournalRecord.SlotsSet(
                                        slots.runs().stream().filter(this::isKnown).toList());
                        case JournalRecord.VolumeSet set -> set;
                        case JournalRecord.VolumeRemoved removed -> removed;
                        case JournalRecord.DurableMark mark -> mark;
                    };
            prepare(applicable);
            apply(applicable);
        } catch (StorageException e) {
            damage.add(e.getMessage());
        }
    }

    private boolean isKnown(SlotRun run) {
        int member = ExtentId.member(run.extent());
        SlotTable table = rows.slotTable(member);
        if (table == null) {
            rows.passOver(member);
        }
        return table != null && table.contains(run);
    }

    private SlotTable tableOf(SlotRun run) throws StorageException {
        SlotTable table = rows.slotTable(ExtentId.member(run.extent()));
        if (table == null) {
            throw new StorageException(
                    new StorageFailure.Corrupt("the slot table of a device is lost"));
        }
        return table;
    }

    /**
     * Adds a formatted device to the pool. Changes of metadata wait meanwhile, so that the copies
     * made are whole.
     *
     * @param mirrorOfNew extents on another member that will hold the mirror of its slot table, or
     *     null
     * @param mirrorOfFirst extents on the new member that will hold the mirror of member 0, or null
     */
    void addMember(Member member, @Nullable Mirror mirrorOfNew, @Nullable Mirror mirrorOfFirst)
            throws StorageException {
        checkpointLock.lock();
        try {
            checkpointLocked();
            lock.lock();
            try {
                // Nothing may change between the copies and the superblock that makes them count.
                checkpointLocked();
                try {
                    join(member, mirrorOfNew, mirrorOfFirst);
                    checkpointLocked();
                    member.requireOnline();
                } catch (StorageException e) {
                    leave(member);
                    recordLeave(e);
                    throw e;
                }
            } finally {
                lock.unlock();
            }
        } finally {
            checkpointLock.unlock();
        }
    }

    private void join(Member member, @Nullable Mirror mirrorOfNew, @Nullable Mirror mirrorOfFirst)
            throws StorageException {
        members.add(member);
        rows.add(newSlotTable(member, mirrorOfNew), mirrorOfNew);
        SlotTable first = rows.slotTable(0);
        if (mirrorOfFirst != null && first != null) {
            first.table().addHome(mirrorHome(member, mirrorOfFirst));
            rows.mirrors().put(0, mirrorOfFirst);
        }
        if (journal.homes().size() < 2 && journal.start() == journal.head()) {
            catalog.table().addHome(new PagedTable.Home(member, member.layout().catalogOffset()));
            journal.addHome(member);
        }
    }

    /** Undoes {@link #join}, as far as it came. */
    private void leave(Member member) {
        journal.removeHome(member);
        catalog.table().removeHomes(member);
        rows.mirrors().values().removeIf(mirror -> mirror.member() == member.index());
        if (rows.count() > member.index()) {
            rows.removeLast();
        }
        rows.tables().forEach(table -> table.removeHomes(member));
        members.removeLast(member);
    }

    /** Some superblock may name the member already: the next one does not. */
    private void recordLeave(StorageException cause) {
        try {
            checkpointLocked();
        } catch (StorageException e) {
            cause.addSuppressed(e);
        }
    }

    private SlotTable newSlotTable(Member member, @Nullable Mirror mirror) {
        List<PagedTable.Home> homes = new ArrayList<>();
        homes.add(new PagedTable.Home(member, member.layout().slotTableOffset()));
        if (mirror != null) {
            homes.add(mirrorHome(members.get(mirror.member()), mirror));
        }
        return new SlotTable(
                PagedTable.empty(
                        "slot table " + member.index(),
                        SlotEntry.BYTES,
                        member.layout().slotEntries(),
                        homes),
                shape.geometry().slotsPerExtent());
    }

    static PagedTable.Home mirrorHome(Member host, Mirror mirror) {
        return new PagedTable.Home(host, host.extentOffset(mirror.firstExtent()));
    }

    PoolShape shape() {
        return shape;
    }

    /** Writes a last checkpoint, closes the devices and frees the memory. */
    public void close() throws StorageException {
        try {
            checkpoint();
        } finally {
            abandon();
        }
    }

    /** Closes the devices as they are, as a crash would leave them. */
    public void abandon() throws StorageException {
        lock.lock();
        try {
            members.close();
        } finally {
            rows.close();
            catalog.table().close();
            journal.close();
            lock.unlock();
        }
    }
}

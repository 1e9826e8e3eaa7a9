package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.metadata.PagedTable.NewRoot;
import dev.weir.engine.metadata.Superblock.DeviceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of an open pool: changes go to the journal and to the tables in memory at once, and
 * checkpoints bring the tables to the devices. Usable from any thread.
 *
 * <p>A checkpoint, and where it may be cut off:
 *
 * <pre>
 *  1. under the lock: note the head of the journal, freeze the changed pages
 *  2. write them and the new roots to the places not in use          a crash here: the old roots still count
 *  3. flush
 *  4. write the superblock, naming the new roots and the noted head  a crash here: the other copy still counts
 *  5. flush
 *  6. under the lock: the new roots count, the journal before the noted head is free
 * </pre>
 *
 * Locks: {@code checkpointLock} before {@code lock}. Only {@link #addMember} waits for a device to
 * flush while it holds {@code lock}.
 */
public final class MetadataStore {
    private static final double CHECKPOINT_FILL = 0.5;

    private final UUID poolId;
    private final String name;
    private final PoolShape shape;
    private final Members members;
    private final Journal journal;
    private final Catalog catalog;
    private final List<@Nullable SlotTable> slotTables;
    private final Map<Integer, Mirror> mirrors;

    /** Rows of members whose slot table is out of reach, as they were. */
    private final Map<Integer, DeviceRow> keptRows = new HashMap<>();

    private final ReentrantLock checkpointLock = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private long sequence;
    private int nextVolumeNumber;

    /** Written under the lock. */
    private volatile boolean checkpointDue;

    /** Where the second copy of a member's slot table is. */
    record Mirror(int member, int firstExtent) {}

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
        this.slotTables = new ArrayList<>(slotTables);
        this.mirrors = new HashMap<>(mirrors);
        for (int i = 0; i < from.devices().size(); i++) {
            if (slotTables.get(i) == null) {
                keptRows.put(i, from.devices().get(i));
            }
        }
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
            if (!journal.hasRoomFor(length)) {
                return false;
            }
            // What can fail comes first: after the append the tables must follow.
            prepare(record);
            journal.append(record);
            apply(record);
            checkpointDue = journal.fill() > CHECKPOINT_FILL;
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
        if (!journal.hasHomeOnline()) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed("the journal", "no device holds it any more"));
        }
    }

    /** Whether the journal is so full that a checkpoint is due. */
    public boolean wantsCheckpoint() {
        return checkpointDue;
    }

    /** Visits every slot in use on members whose slot table is known. */
    public void forEachUsedSlot(SlotVisitor visitor, DamageVisitor damage) {
        lock.lock();
        try {
            for (int m = 0; m < slotTables.size(); m++) {
                SlotTable table = slotTables.get(m);
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
            SlotTable table = slotTables.get(ExtentId.member(extent));
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
        return slotTables.get(member) != null;
    }

    /** Extents that hold mirrors of slot tables, and so no volume. */
    public List<Integer> reservedExtents() {
        List<Integer> reserved = new ArrayList<>();
        mirrors.forEach((member, mirror) -> {
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
        List<PagedTable> tables = new ArrayList<>();
        long cut;
        int next;
        lock.lock();
        try {
            tables.add(catalog.table());
            slotTables.stream().filter(t -> t != null).forEach(t -> tables.add(t.table()));
            cut = journal.head();
            next = nextVolumeNumber;
            tables.forEach(PagedTable::freeze);
        } finally {
            lock.unlock();
        }
        Map<PagedTable, NewRoot> roots = new HashMap<>();
        boolean done = false;
        try {
            for (PagedTable table : tables) {
                if (table.hasHomeOnline()) {
                    roots.put(table, table.writeFrozen());
                }
            }
            requireRoot(roots, catalog.table());
            members.flush();
            writeSuperblocks(roots, cut, next);
            members.flush();
            requireJournal();
            done = true;
        } finally {
            finishCheckpoint(tables, roots, cut, done);
        }
    }

    private void finishCheckpoint(
            List<PagedTable> tables, Map<PagedTable, NewRoot> roots, long cut, boolean done) {
        lock.lock();
        try {
            for (PagedTable table : tables) {
                NewRoot root = roots.get(table);
                if (done && root != null) {
                    table.commit(root);
                } else {
                    table.abandon();
                    if (root != null) {
                        root.memory().close();
                    }
                }
            }
            if (done) {
                sequence++;
                journal.discardBefore(cut);
                checkpointDue = journal.fill() > CHECKPOINT_FILL;
            }
        } finally {
            lock.unlock();
        }
    }

    private static void requireRoot(Map<PagedTable, NewRoot> roots, PagedTable table)
            throws StorageException {
        if (!roots.containsKey(table)) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed("the catalog", "no device holds it any more"));
        }
    }

    private void writeSuperblocks(Map<PagedTable, NewRoot> roots, long cut, int next)
            throws StorageException {
        long number = sequence + 1;
        List<DeviceRow> rows = new ArrayList<>();
        for (Member member : members.all()) {
            rows.add(row(member, roots));
        }
        PagedTable.RootRef catalogRoot = rootRef(roots, catalog.table());
        try (OffHeapMemory memory = OffHeapMemory.allocate(Superblock.BYTES)) {
            for (Member member : members.all()) {
                if (member.isOnline()) {
                    new Superblock(
                                    poolId,
                                    name,
                                    member.index(),
                                    number,
                                    journal.incarnation(),
                                    cut,
                                    shape,
                                    next,
                                    catalogRoot,
                                    rows)
                            .encode(memory);
                    writeSuperblock(member, memory, number);
                }
            }
        }
    }

    private static void writeSuperblock(Member member, OffHeapMemory memory, long number) {
        try {
            member.write(
                    DeviceLayout.superblockOffset((int) (number & 1)), memory, 0, Superblock.BYTES);
        } catch (StorageException e) {
            member.fail("superblock: " + e.getMessage());
        }
    }

    private DeviceRow row(Member member, Map<PagedTable, NewRoot> roots) {
        DeviceRow kept = keptRows.get(member.index());
        SlotTable table = slotTables.get(member.index());
        if (kept != null || table == null) {
            return Objects.requireNonNull(kept);
        }
        Mirror mirror = mirrors.get(member.index());
        DeviceRow row =
                new DeviceRow(
                        member.id(),
                        member.sizeBytes(),
                        rootRef(roots, table.table()),
                        mirror == null ? Superblock.NO_MIRROR : mirror.member(),
                        mirror == null ? 0 : mirror.firstExtent(),
                        journal.homes().contains(member) && member.isOnline(),
                        !table.table().hasHomeOnline());
        if (row.stale()) {
            keptRows.put(member.index(), row);
        }
        return row;
    }

    /**
     * A change passes over the slot table of a member, which is out of reach: it must not be
     * trusted any more.
     */
    private void passOver(int member) {
        keptRows.computeIfPresent(
                member,
                (_, row) ->
                        new DeviceRow(
                                row.id(),
                                row.sizeBytes(),
                                row.slotRoot(),
                                row.mirror(),
                                row.mirrorExtent(),
                                false,
                                true));
    }

    private static PagedTable.RootRef rootRef(Map<PagedTable, NewRoot> roots, PagedTable table) {
        NewRoot root = roots.get(table);
        return root != null ? root.ref() : table.rootRef();
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
        SlotTable table = member < slotTables.size() ? slotTables.get(member) : null;
        if (table == null) {
            passOver(member);
        }
        return table != null && table.contains(run);
    }

    private SlotTable tableOf(SlotRun run) throws StorageException {
        SlotTable table = slotTables.get(ExtentId.member(run.extent()));
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
                members.add(member);
                slotTables.add(newSlotTable(member, mirrorOfNew));
                if (mirrorOfFirst != null) {
                    SlotTable first = slotTables.getFirst();
                    if (first != null) {
                        first.table().addHome(mirrorHome(member, mirrorOfFirst));
                        mirrors.put(0, mirrorOfFirst);
                    }
                }
                if (journal.homes().size() < 2 && journal.start() == journal.head()) {
                    catalog.table()
                            .addHome(new PagedTable.Home(member, member.layout().catalogOffset()));
                    journal.addHome(member);
                }
                checkpointLocked();
            } finally {
                lock.unlock();
            }
        } finally {
            checkpointLock.unlock();
        }
    }

    private SlotTable newSlotTable(Member member, @Nullable Mirror mirror) {
        List<PagedTable.Home> homes = new ArrayList<>();
        homes.add(new PagedTable.Home(member, member.layout().slotTableOffset()));
        if (mirror != null) {
            homes.add(mirrorHome(members.get(mirror.member()), mirror));
            mirrors.put(member.index(), mirror);
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

    /** Writes a last checkpoint and closes the devices. */
    public void close() throws StorageException {
        try {
            checkpoint();
        } finally {
            members.close();
        }
    }

    /** Closes the devices as they are, as a crash would leave them. */
    public void abandon() throws StorageException {
        members.close();
    }
}

package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A table of entries of one size, in pages, that changes as a whole or not at all.
 *
 * <p>Each page has two places on the device and each checkpoint writes the changed ones to the
 * place not in use. A root says for each page which place is in use and its checksum; the root has
 * two places of its own, and the superblock says which of these is in use and its checksum. So a
 * torn or rotten page, root or superblock is always noticed, and an old one can never pass for the
 * current one.
 *
 * <pre>
 *  area:   root A | root B | page 0 A | page 0 B | page 1 A | page 1 B | ...
 *  root:   u64 per page: CRC32C in bits 0-31, place (0 or 1) in bit 32, written at all in bit 33
 * </pre>
 *
 * <p>An area may exist on several members, its homes; all are written, and a page that is damaged
 * in one is read from another. Not safe for use by several threads: {@link MetadataStore} guards
 * it.
 */
final class PagedTable {
    static final int PAGE_BYTES = 4096;
    private static final int ROOT_ENTRY_BYTES = 8;
    private static final long PLACE = 1L << 32;
    private static final long WRITTEN = 1L << 33;
    private static final long CHECKSUM = 0xffff_ffffL;
    private static final int SPARE_PAGES = 256;

    /** Where one copy of the table is. */
    record Home(Member member, long offset) {}

    /** Which root is in use. */
    record RootRef(int place, int checksum) {}

    private final String name;
    private final int entryBytes;
    private final int entriesPerPage;
    private final long entries;
    private final int pages;
    private final long rootBytes;
    private final List<Home> homes = new CopyOnWriteArrayList<>();
    private final OffHeapMemory root;
    private RootRef rootRef;

    /** Pages changed since the last checkpoint began. */
    private Map<Integer, OffHeapMemory> changed = new HashMap<>();

    /** Pages that the checkpoint under way writes; never changed any more. */
    private Map<Integer, OffHeapMemory> frozen = new HashMap<>();

    private final Deque<OffHeapMemory> spare = new ArrayDeque<>();

    private PagedTable(
            String name, int entryBytes, long entries, List<Home> homes, RootRef rootRef) {
        this.name = name;
        this.entryBytes = entryBytes;
        this.entriesPerPage = PAGE_BYTES / entryBytes;
        this.entries = entries;
        this.pages = pages(entryBytes, entries);
        this.rootBytes = rootBytes(pages);
        this.homes.addAll(homes);
        this.root = OffHeapMemory.allocate(rootBytes);
        this.rootRef = rootRef;
    }

    /** An empty table; nothing is on the device before the first checkpoint. */
    static PagedTable empty(String name, int entryBytes, long entries, List<Home> homes) {
        return new PagedTable(name, entryBytes, entries, homes, new RootRef(1, 0));
    }

    /**
     * The table as of the checkpoint that {@code ref} comes from, on those homes that have its
     * root. Whether a home is up to date is judged by that alone: a superblock that a loss of power
     * kept from it says nothing. Fails when no home has the root.
     */
    static PagedTable load(String name, int entryBytes, long entries, List<Home> homes, RootRef ref)
            throws StorageException {
        PagedTable table = new PagedTable(name, entryBytes, entries, List.of(), ref);
        StorageException last = corrupt(name + " is on no device that is present");
        for (Home home : homes) {
            try {
                if (table.hasRoot(home)) {
                    table.homes.add(home);
                } else {
                    last = corrupt("the root of " + name + " on " + home.member());
                }
            } catch (StorageException e) {
                last = e;
            }
        }
        if (table.homes.isEmpty()) {
            table.root.close();
            throw last;
        }
        return table;
    }

    /** Whether a home holds the root that is in use; it is in memory then. */
    private boolean hasRoot(Home home) throws StorageException {
        try (OffHeapMemory stored = OffHeapMemory.allocate(rootBytes)) {
            home.member().read(rootOffset(home, rootRef.place()), stored, 0, rootBytes);
            if (stored.crc32c(0, rootBytes) != rootRef.checksum()) {
                return false;
            }
            stored.copyTo(0, root, 0, rootBytes);
            return true;
        }
    }

    static long areaBytes(int entryBytes, long entries) {
        int pages = pages(entryBytes, entries);
        return 2 * rootBytes(pages) + 2L * pages * PAGE_BYTES;
    }

    long entries() {
        return entries;
    }

    int entriesPerPage() {
        return entriesPerPage;
    }

    int pages() {
        return pages;
    }

    List<Home> homes() {
        return homes;
    }

    RootRef rootRef() {
        return rootRef;
    }

    boolean hasHomeOnline() {
        return homes.stream().anyMatch(home -> home.member().isOnline());
    }

    /** Whether the page may hold anything but zeros. */
    boolean isWritten(int page) {
        return changed.containsKey(page)
                || frozen.containsKey(page)
                || (root.getLong(rootEntry(page)) & WRITTEN) != 0;
    }

    /** Copies the current content of a page. */
    void readPage(int page, OffHeapMemory destination) throws StorageException {
        OffHeapMemory newer = changed.getOrDefault(page, frozen.get(page));
        if (newer != null) {
            newer.copyTo(0, destination, 0, PAGE_BYTES);
        } else {
            readStored(page, destination);
        }
    }

    /** The page that holds an entry, to be changed by the caller; see {@link #offsetInPage}. */
    OffHeapMemory change(long entry) throws StorageException {
        int page = (int) (entry / entriesPerPage);
        OffHeapMemory memory = changed.get(page);
        if (memory == null) {
            memory = spare.isEmpty() ? OffHeapMemory.allocate(PAGE_BYTES) : spare.pop();
            boolean read = false;
            try {
                readPage(page, memory);
                read = true;
            } finally {
                if (!read) {
                    recycle(memory);
                }
            }
            changed.put(page, memory);
        }
        return memory;
    }

    /** Pages that a checkpoint would write, in memory until then. */
    int changedPages() {
        return changed.size() + frozen.size();
    }

    int offsetInPage(long entry) {
        return (int) (entry % entriesPerPage) * entryBytes;
    }

    /** Gives up a page that cannot be read: it becomes zeros. */
    void discardPage(int page) {
        OffHeapMemory memory = OffHeapMemory.allocate(PAGE_BYTES);
        OffHeapMemory previous = changed.put(page, memory);
        if (previous != null) {
            previous.close();
        }
    }

    /** Starts a checkpoint: what has changed until now is what it will write. */
    void freeze() {
        if (!frozen.isEmpty()) {
            throw new IllegalStateException("a checkpoint is under way");
        }
        frozen = changed;
        changed = new HashMap<>();
    }

    /**
     * Writes the frozen pages and a new root to the places not in use. May run while {@link
     * #change} is called; what it wrote counts only after {@link #commit}.
     */
    NewRoot writeFrozen() throws StorageException {
        OffHeapMemory newRoot = OffHeapMemory.allocate(rootBytes);
        try {
            root.copyTo(0, newRoot, 0, rootBytes);
            for (Map.Entry<Integer, OffHeapMemory> entry : frozen.entrySet()) {
                writePage(entry.getKey(), entry.getValue(), newRoot);
            }
            int place = rootRef.place() ^ 1;
            writeToHomes(
                    home -> home.member().write(rootOffset(home, place), newRoot, 0, rootBytes));
            return new NewRoot(newRoot, new RootRef(place, newRoot.crc32c(0, rootBytes)));
        } catch (StorageException e) {
            newRoot.close();
            throw e;
        }
    }

    /** A root that is written but not yet in use. */
    record NewRoot(OffHeapMemory memory, RootRef ref) {}

    /** Ends a checkpoint: the superblock that names the new root is durable. */
    void commit(NewRoot newRoot) {
        newRoot.memory().copyTo(0, root, 0, rootBytes);
        newRoot.memory().close();
        rootRef = newRoot.ref();
        frozen.values().forEach(this::recycle);
        frozen = new HashMap<>();
    }

    /**
     * Ends a checkpoint that failed: its pages count as changed again, unless they changed since.
     */
    void abandon() {
        frozen.forEach((page, memory) -> {
            if (changed.putIfAbsent(page, memory) != null) {
                recycle(memory);
            }
        });
        frozen = new HashMap<>();
    }

    /** Copies the whole table, as of the last checkpoint, to a further home. */
    void addHome(Home home) throws StorageException {
        List<Home> sources = new ArrayList<>(homes);
        int place = rootRef.place();
        OffHeapMemory page = OffHeapMemory.allocate(PAGE_BYTES);
        try {
            home.member().write(rootOffset(home, place), root, 0, rootBytes);
            for (int p = 0; p < pages; p++) {
                long entry = root.getLong(rootEntry(p));
                if ((entry & WRITTEN) != 0) {
                    readStored(p, page);
                    home.member().write(pageOffset(home, p, placeOf(entry)), page, 0, PAGE_BYTES);
                }
            }
        } finally {
            page.close();
        }
        homes.clear();
        homes.addAll(sources);
        homes.add(home);
    }

    /** Undoes {@link #addHome}. */
    void removeHomes(Member member) {
        homes.removeIf(home -> home.member() == member);
    }

    /** Frees the memory; the table is not used any more. */
    void close() {
        root.close();
        changed.values().forEach(OffHeapMemory::close);
        frozen.values().forEach(OffHeapMemory::close);
        spare.forEach(OffHeapMemory::close);
    }

    private void writePage(int page, OffHeapMemory memory, OffHeapMemory newRoot)
            throws StorageException {
        long current = root.getLong(rootEntry(page));
        int place = (current & WRITTEN) == 0 ? 0 : placeOf(current) ^ 1;
        writeToHomes(
                home -> home.member().write(pageOffset(home, page, place), memory, 0, PAGE_BYTES));
        long checksum = memory.crc32c(0, PAGE_BYTES) & CHECKSUM;
        newRoot.setLong(rootEntry(page), checksum | (place == 1 ? PLACE : 0) | WRITTEN);
    }

    private void readStored(int page, OffHeapMemory destination) throws StorageException {
        long entry = root.getLong(rootEntry(page));
        if ((entry & WRITTEN) == 0) {
            destination.zero(0, PAGE_BYTES);
            return;
        }
        StorageException last = null;
        for (Home home : homes) {
            try {
                home.member()
                        .read(pageOffset(home, page, placeOf(entry)), destination, 0, PAGE_BYTES);
                if ((destination.crc32c(0, PAGE_BYTES) & CHECKSUM) == (entry & CHECKSUM)) {
                    return;
                }
                last = corrupt("page " + page + " of " + name + " on " + home.member());
            } catch (StorageException e) {
                last = e;
            }
        }
        throw last != null ? last : corrupt(name + " has no home");
    }

    @FunctionalInterface
    private interface HomeWrite {
        void to(Home home) throws StorageException;
    }

    /**
     * Writes to every home that is online; a home that fails leaves service, and one at least must
     * remain.
     */
    private void writeToHomes(HomeWrite write) throws StorageException {
        boolean written = false;
        for (Home home : homes) {
            if (home.member().isOnline()) {
                try {
                    write.to(home);
                    written = true;
                } catch (StorageException e) {
                    home.member().fail("metadata: " + e.getMessage());
                }
            }
        }
        if (!written) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed(name, "no device holds it any more"));
        }
    }

    private void recycle(OffHeapMemory page) {
        if (spare.size() < SPARE_PAGES) {
            spare.push(page);
        } else {
            page.close();
        }
    }

    private long rootOffset(Home home, int place) {
        return home.offset() + place * rootBytes;
    }

    private long pageOffset(Home home, int page, int place) {
        return home.offset() + 2 * rootBytes + (2L * page + place) * PAGE_BYTES;
    }

    private static int placeOf(long rootEntry) {
        return (rootEntry & PLACE) == 0 ? 0 : 1;
    }

    private static long rootEntry(int page) {
        return (long) page * ROOT_ENTRY_BYTES;
    }

    private static int pages(int entryBytes, long entries) {
        int perPage = PAGE_BYTES / entryBytes;
        return Math.toIntExact((entries + perPage - 1) / perPage);
    }

    private static long rootBytes(int pages) {
        long bytes = (long) Math.max(1, pages) * ROOT_ENTRY_BYTES;
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    private static StorageException corrupt(String what) {
        return new StorageException(new StorageFailure.Corrupt(what));
    }
}

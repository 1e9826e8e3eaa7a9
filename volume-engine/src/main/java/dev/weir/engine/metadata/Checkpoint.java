package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.metadata.PagedTable.NewRoot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One checkpoint: brings the tables, as they were when it began, to the devices.
 *
 * <p>Where it may be cut off:
 *
 * <pre>
 *  1. begin: note the head of the journal, freeze the changed pages
 *  2. write them and the new roots to the places not in use          a crash here: the old roots still count
 *  3. flush
 *  4. write the superblock, naming the new roots and the noted head  a crash here: the other copy still counts
 *  5. flush
 *  6. finish: the new roots count, the journal before the noted head is free
 * </pre>
 *
 * <p>Begins and finishes under the lock of {@link MetadataStore}; in between, tables and journal go
 * on changing.
 */
final class Checkpoint {
    private final Members members;
    private final Journal journal;
    private final DeviceRows rows;
    private final PagedTable catalog;
    private final List<PagedTable> tables = new ArrayList<>();
    private final Map<PagedTable, NewRoot> roots = new HashMap<>();
    private final long journalStart;

    /** Step 1. */
    Checkpoint(Members members, Journal journal, Catalog catalog, DeviceRows rows) {
        this.members = members;
        this.journal = journal;
        this.rows = rows;
        this.catalog = catalog.table();
        this.tables.add(this.catalog);
        this.tables.addAll(rows.tables());
        this.journalStart = journal.head();
        this.tables.forEach(PagedTable::freeze);
    }

    /** What a superblock says that neither tables nor journal know. */
    record Heading(PoolShape shape, UUID poolId, String name, long sequence, int next) {}

    /** Steps 2 to 5. */
    void write(Heading heading) throws StorageException {
        for (PagedTable table : tables) {
            if (table.hasHomeOnline()) {
                writeTable(table);
            }
        }
        if (!roots.containsKey(catalog)) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed("the catalog", "no device holds it any more"));
        }
        members.flush();
        writeSuperblocks(heading);
        members.flush();
        journal.requireHome();
    }

    /** A slot table whose last home fails now goes stale, as one whose home failed before. */
    private void writeTable(PagedTable table) throws StorageException {
        try {
            roots.put(table, table.writeFrozen());
        } catch (StorageException e) {
            if (table.hasHomeOnline()) {
                throw e;
            }
        }
    }

    private void writeSuperblocks(Heading heading) {
        List<Superblock.DeviceRow> deviceRows =
                members.all().stream()
                        .map(member -> rows.row(member, journal, this::root))
                        .toList();
        try (OffHeapMemory memory = OffHeapMemory.allocate(Superblock.BYTES)) {
            for (Member member : members.all()) {
                if (member.isOnline()) {
                    new Superblock(
                                    heading.poolId(),
                                    heading.name(),
                                    member.index(),
                                    heading.sequence(),
                                    journal.incarnation(),
                                    journalStart,
                                    heading.shape(),
                                    heading.next(),
                                    root(catalog),
                                    deviceRows)
                            .encode(memory);
                    writeSuperblock(member, memory, heading.sequence());
                }
            }
        }
    }

    private static void writeSuperblock(Member member, OffHeapMemory memory, long sequence) {
        try {
            member.write(
                    DeviceLayout.superblockOffset((int) (sequence & 1)),
                    memory,
                    0,
                    Superblock.BYTES);
        } catch (StorageException e) {
            member.fail("superblock: " + e.getMessage());
        }
    }

    private PagedTable.RootRef root(PagedTable table) {
        NewRoot root = roots.get(table);
        return root != null ? root.ref() : table.rootRef();
    }

    /** Step 6; or, if the checkpoint failed, everything is as if it had never begun. */
    void finish(boolean done) {
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
            journal.discardBefore(journalStart);
        }
    }
}

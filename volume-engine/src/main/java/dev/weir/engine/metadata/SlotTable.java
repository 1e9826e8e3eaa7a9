package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;

/**
 * What the slots of one member hold: a paged table of {@link SlotEntry}. Guarded by {@link
 * MetadataStore}.
 */
final class SlotTable {
    private final PagedTable table;
    private final int slotsPerExtent;

    SlotTable(PagedTable table, int slotsPerExtent) {
        this.table = table;
        this.slotsPerExtent = slotsPerExtent;
    }

    PagedTable table() {
        return table;
    }

    /** Sees to it that {@link #set} of this run cannot fail. */
    void prepare(SlotRun run) throws StorageException {
        long first = entry(run.extent(), run.slot());
        long last = first + run.count() - 1;
        for (long entry = first; entry <= last; entry += table.entriesPerPage()) {
            table.change(entry);
        }
        table.change(last);
    }

    void set(SlotRun run) throws StorageException {
        long first = entry(run.extent(), run.slot());
        for (int i = 0; i < run.count(); i++) {
            OffHeapMemory page = table.change(first + i);
            int offset = table.offsetInPage(first + i);
            page.setInt(offset + SlotEntry.VOLUME, run.volume());
            page.setLong(
                    offset + SlotEntry.GRAIN, run.volume() == SlotRun.FREE ? 0 : run.grain() + i);
        }
    }

    /** Whether the run lies within the table, as every run of an undamaged journal does. */
    boolean contains(SlotRun run) {
        return run.slot() >= 0
                && run.count() > 0
                && run.slot() + run.count() <= slotsPerExtent
                && entry(run.extent(), run.slot()) + run.count() <= table.entries();
    }

    /** Receives the slots in use. */
    @FunctionalInterface
    interface Visitor {
        void visit(int local, int slot, int volume, long grain);
    }

    /** Receives a page that cannot be read, as the extents that it describes. */
    @FunctionalInterface
    interface Damage {
        void visit(int firstLocal, int lastLocal, String message);
    }

    /**
     * Visits the slots in use, in order; a page that cannot be read is reported and passed over.
     */
    void forEachUsed(Visitor visitor, Damage damage) {
        try (OffHeapMemory page = OffHeapMemory.allocate(PagedTable.PAGE_BYTES)) {
            for (int p = 0; p < table.pages(); p++) {
                if (table.isWritten(p)) {
                    try {
                        table.readPage(p, page);
                        visitPage(p, page, visitor);
                    } catch (StorageException e) {
                        long first = (long) p * table.entriesPerPage();
                        long last = Math.min(first + table.entriesPerPage(), table.entries()) - 1;
                        damage.visit(
                                (int) (first / slotsPerExtent),
                                (int) (last / slotsPerExtent),
                                e.failure().message());
                    }
                }
            }
        }
    }

    /** Reads the slots of one extent that are in use. */
    void forEachUsed(int extent, Visitor visitor) throws StorageException {
        long first = entry(extent, 0);
        long end = first + slotsPerExtent;
        try (OffHeapMemory page = OffHeapMemory.allocate(PagedTable.PAGE_BYTES)) {
            int loaded = -1;
            for (long entry = first; entry < end; entry++) {
                int p = (int) (entry / table.entriesPerPage());
                if (p != loaded) {
                    table.readPage(p, page);
                    loaded = p;
                }
                visitEntry(entry, page, visitor);
            }
        }
    }

    private void visitPage(int p, OffHeapMemory page, Visitor visitor) {
        long first = (long) p * table.entriesPerPage();
        long end = Math.min(first + table.entriesPerPage(), table.entries());
        for (long entry = first; entry < end; entry++) {
            visitEntry(entry, page, visitor);
        }
    }

    private void visitEntry(long entry, OffHeapMemory page, Visitor visitor) {
        int offset = table.offsetInPage(entry);
        int volume = page.getInt(offset + SlotEntry.VOLUME);
        if (volume != SlotRun.FREE) {
            visitor.visit(
                    (int) (entry / slotsPerExtent),
                    (int) (entry % slotsPerExtent),
                    volume,
                    page.getLong(offset + SlotEntry.GRAIN));
        }
    }

    private long entry(int extent, int slot) {
        return (long) ExtentId.local(extent) * slotsPerExtent + slot;
    }
}

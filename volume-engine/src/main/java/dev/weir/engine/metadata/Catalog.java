package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The volumes of a pool: a paged table of {@link VolumeEntry}. Guarded by {@link MetadataStore}.
 */
final class Catalog {
    private final PagedTable table;
    private final Map<Integer, Integer> entryOfNumber = new HashMap<>();
    private final BitSet used = new BitSet();

    /**
     * Takes over a table and indexes what is in it; a page that cannot be read is reported and
     * given up.
     */
    Catalog(PagedTable table, List<String> damage) {
        this.table = table;
        try (OffHeapMemory page = OffHeapMemory.allocate(PagedTable.PAGE_BYTES)) {
            for (int p = 0; p < table.pages(); p++) {
                if (table.isWritten(p)) {
                    index(p, page, damage);
                }
            }
        }
    }

    private void index(int p, OffHeapMemory page, List<String> damage) {
        try {
            table.readPage(p, page);
        } catch (StorageException e) {
            damage.add(e.getMessage() + ": the volumes it named are lost");
            table.discardPage(p);
            return;
        }
        for (int i = 0; i < table.entriesPerPage(); i++) {
            int offset = i * VolumeEntry.BYTES;
            if (!VolumeEntry.isFree(page, offset)) {
                int entry = p * table.entriesPerPage() + i;
                used.set(entry);
                entryOfNumber.put(VolumeEntry.decode(page, offset).number(), entry);
            }
        }
    }

    PagedTable table() {
        return table;
    }

    List<VolumeEntry> volumes() throws StorageException {
        List<VolumeEntry> volumes = new ArrayList<>();
        try (OffHeapMemory page = OffHeapMemory.allocate(PagedTable.PAGE_BYTES)) {
            for (int entry : entryOfNumber.values()) {
                table.readPage(entry / table.entriesPerPage(), page);
                volumes.add(VolumeEntry.decode(page, table.offsetInPage(entry)));
            }
        }
        return volumes;
    }

    /** Sees to it that {@link #set} or {@link #remove} of this volume cannot fail. */
    void prepare(int number) throws StorageException {
        int entry = entryFor(number);
        if (entry >= table.entries()) {
            throw new StorageException(
                    new StorageFailure.Invalid(
                            "the pool holds as many volumes as it can name: " + table.entries()));
        }
        table.change(entry);
    }

    void set(VolumeEntry volume) throws StorageException {
        int entry = entryFor(volume.number());
        volume.encode(table.change(entry), table.offsetInPage(entry));
        used.set(entry);
        entryOfNumber.put(volume.number(), entry);
    }

    void remove(int number) throws StorageException {
        Integer entry = entryOfNumber.remove(number);
        if (entry != null) {
            table.change(entry).zero(table.offsetInPage(entry), VolumeEntry.BYTES);
            used.clear(entry);
        }
    }

    private int entryFor(int number) {
        Integer entry = entryOfNumber.get(number);
        return entry != null ? entry : used.nextClearBit(0);
    }
}

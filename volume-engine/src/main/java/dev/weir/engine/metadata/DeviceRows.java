package dev.weir.engine.metadata;

import dev.weir.engine.metadata.PagedTable.RootRef;
import dev.weir.engine.metadata.Superblock.DeviceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the slots of each member, and what superblocks say of it. Guarded by {@link
 * MetadataStore}; {@link #knows} may be asked at any time.
 */
final class DeviceRows {
    private final List<@Nullable SlotTable> slotTables;
    private final Map<Integer, Mirror> mirrors;

    /** Rows of members whose slot table is out of reach, as they were. */
    private final Map<Integer, DeviceRow> kept = new HashMap<>();

    /** Where the second copy of a member's slot table is. */
    record Mirror(int member, int firstExtent) {}

    /**
     * Takes over what a superblock said.
     *
     * @param slotTables by member; null where no current copy is left
     */
    DeviceRows(
            List<DeviceRow> rows,
            List<@Nullable SlotTable> slotTables,
            Map<Integer, Mirror> mirrors) {
        this.slotTables = new CopyOnWriteArrayList<>(slotTables);
        this.mirrors = new HashMap<>(mirrors);
        for (int i = 0; i < rows.size(); i++) {
            if (slotTables.get(i) == null) {
                kept.put(i, rows.get(i));
            }
        }
    }

    int count() {
        return slotTables.size();
    }

    @Nullable SlotTable slotTable(int member) {
        return member < slotTables.size() ? slotTables.get(member) : null;
    }

    boolean knows(int member) {
        return slotTable(member) != null;
    }

    /** The tables that are known. */
    List<PagedTable> tables() {
        List<PagedTable> tables = new ArrayList<>();
        for (SlotTable table : slotTables) {
            if (table != null) {
                tables.add(table.table());
            }
        }
        return tables;
    }

    int changedPages() {
        int changed = 0;
        for (SlotTable table : slotTables) {
            changed += table == null ? 0 : table.table().changedPages();
        }
        return changed;
    }

    Map<Integer, Mirror> mirrors() {
        return mirrors;
    }

    void add(SlotTable table, @Nullable Mirror mirror) {
        if (mirror != null) {
            mirrors.put(slotTables.size(), mirror);
        }
        slotTables.add(table);
    }

    /** Undoes {@link #add}. */
    void removeLast() {
        SlotTable last = slotTables.removeLast();
        mirrors.remove(slotTables.size());
        kept.remove(slotTables.size());
        if (last != null) {
            last.table().close();
        }
    }

    /**
     * What a superblock says of a member. One whose slot table can no longer be written is stale
     * from then on.
     */
    DeviceRow row(Member member, Journal journal, Function<PagedTable, RootRef> roots) {
        DeviceRow known = kept.get(member.index());
        SlotTable table = slotTables.get(member.index());
        if (known != null || table == null) {
            return Objects.requireNonNull(known);
        }
        Mirror mirror = mirrors.get(member.index());
        DeviceRow row =
                new DeviceRow(
                        member.id(),
                        member.sizeBytes(),
                        roots.apply(table.table()),
                        mirror == null ? Superblock.NO_MIRROR : mirror.member(),
                        mirror == null ? 0 : mirror.firstExtent(),
                        journal.homes().contains(member) && member.isOnline(),
                        !table.table().hasHomeOnline());
        if (row.stale()) {
            kept.put(member.index(), row);
        }
        return row;
    }

    /**
     * A change passes over the slot table of a member, which is out of reach: it must not be
     * trusted any more.
     */
    void passOver(int member) {
        kept.computeIfPresent(
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

    void close() {
        tables().forEach(PagedTable::close);
    }
}

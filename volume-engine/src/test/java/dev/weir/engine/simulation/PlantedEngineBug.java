package dev.weir.engine.simulation;

import java.util.List;

/** Bugs that the simulation must find, as changes of the engine's source. */
enum PlantedEngineBug {
    FLUSH_AFTER_ZEROING_DROPPED(
            "thin/Reclaimer.java",
            ScenarioKind.REUSE,
            new Change(
                    "        metadata.flush();\n        boolean any = false;\n",
                    "        boolean any = false;\n")),
    SUPERBLOCK_BEFORE_ITS_PAGES(
            "metadata/Checkpoint.java",
            ScenarioKind.SEQUENTIAL,
            new Change(
                    "        members.flush();\n        writeSuperblocks(heading);\n",
                    "        writeSuperblocks(heading);\n")),
    JOURNAL_RECORDS_SWAPPED(
            "metadata/MetadataStore.java",
            ScenarioKind.SEQUENTIAL,
            new Change(
                    "            journal.append(record);\n",
                    """
                                if (held == null) {
                                    held = record;
                                } else {
                                    journal.append(record);
                                    journal.append(held);
                                    held = null;
                                }
                    """),
            new Change(
                    "    private long sequence;\n",
                    "    private JournalRecord held;\n    private long sequence;\n")),
    MOVE_RECORDED_BEFORE_ITS_COPY_IS_DURABLE(
            "thin/Compactor.java",
            ScenarioKind.SPARSE,
            new Change("            metadata.flush();\n", "")),
    USED_SLOT_NOT_COUNTED(
            "thin/Extent.java",
            ScenarioKind.SEQUENTIAL,
            new Change(
                    "        clean.clear(first, first + count);\n        used.set",
                    "        used.set")),
    USED_SLOT_FORGOTTEN_AT_RECOVERY(
            "thin/Extent.java",
            ScenarioKind.REUSE,
            new Change(
                    "        used.set(slot);\n        clean.clear(slot);\n",
                    "        clean.clear(slot);\n")),
    FUA_IGNORED(
            "thin/ThinVolume.java",
            ScenarioKind.SEQUENTIAL,
            new Change("        if (fua) {\n            flush();\n        }\n", "")),
    CHECKPOINT_OVER_THE_LAST_ONE(
            "metadata/PagedTable.java",
            ScenarioKind.SEQUENTIAL,
            new Change("placeOf(current) ^ 1", "placeOf(current)"));

    /** A piece of source and what it becomes. */
    record Change(String from, String to) {}

    private final String file;
    private final ScenarioKind kind;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
    private final List<Change> changes;

    PlantedEngineBug(String file, ScenarioKind kind, Change... changes) {
        this.file = file;
        this.kind = kind;
        this.changes = List.of(changes);
    }

    String file() {
        return file;
    }

    /** The kind of run that finds it soonest. */
    ScenarioKind kind() {
        return kind;
    }

    List<Change> changes() {
        return changes;
    }
}

package dev.weir.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.file.FileDevice;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.PoolSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that touch many pages of a table and take little room in the journal. */
class ChangedPagesTest {
    private static final long GIB = 1L << 30;
    private static final int SLOTS = 1024;
    private static final int RUNS = 1024;

    @Test
    void shouldHoldABoundedNumberOfChangedPages(@TempDir Path directory) throws StorageException {
        MetadataStore store =
                PoolFormatter.format(
                        new PoolSpec(UUID.randomUUID(), "pool", SLOTS * 4096L, 4096),
                        List.of(
                                new AttachedDevice(
                                        "d0",
                                        FileDevice.create(directory.resolve("d0"), 24 * GIB))));
        long before = store.sequence();
        // A page describes a quarter of an extent: each run touches a page of its own.
        int records = 0;
        while (!store.wantsCheckpoint()) {
            store.append(quarters(records++));
        }
        assertThat(records).isBetween(8, 9);
        assertThat(store.sequence()).isEqualTo(before);

        while (records < 20) {
            store.append(quarters(records++));
        }

        assertThat(store.sequence()).isEqualTo(before + 1);
        store.close();
    }

    private static JournalRecord quarters(int record) {
        List<SlotRun> runs = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            int quarter = record * RUNS + i;
            runs.add(
                    new SlotRun(
                            ExtentId.of(0, quarter / 4), quarter % 4 * (SLOTS / 4), 1, 1, quarter));
        }
        return new JournalRecord.SlotsSet(runs);
    }
}

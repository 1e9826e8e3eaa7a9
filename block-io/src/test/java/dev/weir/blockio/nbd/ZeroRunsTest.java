package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZeroRunsTest {
    private static final int BLOCK = MemoryDevice.BLOCK_BYTES;

    private final MemoryDevice device = new MemoryDevice(1L << 30);
    private final ZeroRuns runs = new ZeroRuns();

    @Test
    void shouldSplitAReadIntoDataAndZeros() throws IOException {
        fill(1);
        fill(2);

        runs.find(device, BLOCK / 2, 4 * BLOCK);

        assertThat(found())
                .containsExactly("zero " + BLOCK / 2, "data " + 2 * BLOCK, "zero " + 3 * BLOCK / 2);
    }

    @Test
    void shouldTakeAShortRunOfZerosForData() throws IOException {
        fill(0);

        runs.find(device, 0, BLOCK + 512);

        assertThat(found()).containsExactly("data " + (BLOCK + 512));
    }

    @Test
    void shouldTakeTheRestForDataWhenThereAreTooManyRuns() throws IOException {
        for (int i = 0; i < 200; i += 2) {
            fill(i);
        }

        runs.find(device, 0, 200 * BLOCK);

        assertThat(runs.count()).isEqualTo(65);
        assertThat(runs.isZero(64)).isFalse();
        assertThat(total()).isEqualTo(200 * BLOCK);
    }

    @Test
    void shouldTakeEverythingForDataWhenTheDeviceCannotTell() {
        device.fail(
                MemoryDevice.Operation.BLOCK_STATUS,
                new StorageFailure.DeviceFailed("memory", "planted"));

        runs.find(device, 0, 3 * BLOCK);

        assertThat(found()).containsExactly("data " + 3 * BLOCK);
    }

    private void fill(int block) throws IOException {
        try (OffHeapMemory ones = OffHeapMemory.allocate(BLOCK)) {
            ones.setByte(0, (byte) 1);
            device.write((long) block * BLOCK, ones, 0, BLOCK, false);
        }
    }

    private int total() {
        int total = 0;
        for (int run = 0; run < runs.count(); run++) {
            total += runs.length(run);
        }
        return total;
    }

    private List<String> found() {
        List<String> found = new ArrayList<>();
        for (int run = 0; run < runs.count(); run++) {
            found.add((runs.isZero(run) ? "zero " : "data ") + runs.length(run));
        }
        return found;
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Capabilities;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads and writes make no garbage. */
class HotPathTest {
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 10_000;

    /**
     * Far below one object for each command, with room for what the virtual machine does itself.
     */
    private static final long TOLERATED_BYTES = MEASURED;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "28 00 00 00 00 10 00 00 08 00",
                "88 00 00 00 00 00 00 00 00 10 00 00 00 08 00 00",
                "2a 00 00 00 00 10 00 00 08 00",
                "8a 00 00 00 00 00 00 00 00 10 00 00 00 08 00 00"
            })
    void shouldAllocateNothing(String hex) {
        ScsiTarget target = Units.target();
        target.add(0, Units.thin(1, new Memory()));
        try (ScsiClient client = ScsiClient.attach(target, "one")) {
            ScsiTask task = client.task();
            ByteBuffer cdb = ByteBuffer.wrap(ScsiClient.bytes(hex));
            repeat(task, cdb, client, WARM_UP);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();

            repeat(task, cdb, client, MEASURED);

            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .isLessThan(TOLERATED_BYTES);
            assertThat(task.status()).isEqualTo(ScsiStatus.GOOD);
        }
    }

    private static void repeat(ScsiTask task, ByteBuffer cdb, ScsiClient client, int times) {
        for (int time = 0; time < times; time++) {
            task.begin(0, time, TaskAttribute.SIMPLE, cdb);
            int out = (int) task.dataOutBytes();
            task.run(client.out(), 0, out, client.in(), 0, task.dataInCapacityHint());
            task.end();
        }
    }

    /** As little as a device can be. */
    private static final class Memory implements BlockDevice {
        private final OffHeapMemory memory = OffHeapMemory.allocate(1 << 20);
        private final Capabilities capabilities = new Capabilities(false, true, true, 512, 4096);

        @Override
        public long sizeBytes() {
            return memory.sizeBytes();
        }

        @Override
        public Capabilities capabilities() {
            return capabilities;
        }

        @Override
        public void read(long offset, OffHeapMemory to, long toOffset, long length) {
            memory.copyTo(offset, to, toOffset, length);
        }

        @Override
        public void write(
                long offset, OffHeapMemory from, long fromOffset, long length, boolean fua) {
            from.copyTo(fromOffset, memory, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void trim(long offset, long length, boolean fua) {}

        @Override
        public void zero(long offset, long length, ZeroMode mode, boolean fua) {}

        @Override
        public void blockStatus(long offset, long length, BlockStatusVisitor visitor) {}

        @Override
        public void close() {}
    }
}

package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** fio's nbd engine as client, checking every block it wrote. */
class FioIT {
    @TempDir private Path directory;

    private final MemoryDevice device = new MemoryDevice(64 << 20);
    private NbdServer server;

    @BeforeEach
    void start() throws IOException {
        server = Exports.of(device).serve();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldReadBackWhatFourConnectionsWrote() {
        fio("--bs=4k", "--rw=randwrite", "--verify=crc32c", "--verify_backlog=512");

        assertThat(device.mappedBytes()).isEqualTo(32 << 20);
    }

    @Test
    void shouldReadBackBlocksOfMixedSizesUnderFlushes() {
        fio("--bsrange=512-512k", "--rw=randrw", "--verify=md5", "--fsync=4");

        assertThat(device.flushes()).isPositive();
    }

    private void fio(String... options) {
        String[] line = {
            "fio",
            "--name=job",
            "--ioengine=nbd",
            "--uri=nbd://127.0.0.1:" + server.address().getPort() + "/disk",
            "--numjobs=4",
            "--size=8m",
            "--offset_increment=16m",
            "--iodepth=16",
            "--verify_fatal=1",
            "--do_verify=1",
            "--verify_state_save=0",
            "--aux-path=" + directory,
        };
        String[] all = Arrays.copyOf(line, line.length + options.length);
        System.arraycopy(options, 0, all, line.length, options.length);
        assertThat(Program.run(all)).contains("err= 0").doesNotContain("verify:");
    }
}

package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of libnbd as clients: nbdinfo, nbdsh, nbdcopy. */
class LibnbdIT {
    private static final int BLOCK = MemoryDevice.BLOCK_BYTES;
    private static final int SIZE = 256 << 20;

    @TempDir private Path directory;

    private final MemoryDevice device = new MemoryDevice(SIZE);
    private final Exports exports = Exports.of(device);
    private NbdServer server;
    private String root;
    private String uri;

    @BeforeEach
    void start() throws IOException {
        exports.add(new NbdExport("fixed", "cannot be changed", device, true));
        server = exports.serve();
        root = "nbd://127.0.0.1:" + server.address().getPort();
        uri = root + "/disk";
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldTellNbdinfoWhatTheExportCanDo() {
        assertThat(Program.run("nbdinfo", uri))
                .contains("newstyle-fixed", "structured packets", "description: a disk")
                .contains("export-size: " + SIZE, "is_read_only: false")
                .contains("can_cache: true", "can_df: true", "can_fast_zero: true")
                .contains("can_flush: true", "can_fua: true", "can_multi_conn: true")
                .contains("can_trim: true", "can_zero: true", "block_size_minimum: 1\n")
                .contains("block_size_preferred: 65536", "block_size_maximum: 33554432");
        assertThat(Program.run("nbdinfo", root + "/fixed"))
                .contains("is_read_only: true", "can_trim: false", "can_zero: false");
        assertThat(Program.tryRun("nbdinfo", root + "/nothing").exitCode()).isNotZero();
    }

    @Test
    void shouldListItsExportsToNbdinfo() {
        assertThat(Program.run("nbdinfo", "--list", "--json", root))
                .contains("\"export-name\": \"disk\"", "\"export-name\": \"fixed\"")
                .contains("\"description\": \"cannot be changed\"", "base:allocation");
    }

    @Test
    void shouldShowNbdinfoWhereDataIs() {
        nbdsh("h.pwrite(b'x' * %d, %d)".formatted(2 * BLOCK, BLOCK));

        assertThat(Program.run("nbdinfo", "--map", uri).lines().map(l -> l.trim().split(" +")))
                .containsExactly(
                        new String[] {"0", "65536", "3", "hole,zero"},
                        new String[] {"65536", "131072", "0", "data"},
                        new String[] {"196608", "" + (SIZE - 196608), "3", "hole,zero"});
    }

    @Test
    void shouldServeOddRequestsOfNbdsh() {
        nbdsh(
                "h.pwrite(b'abc' * 1001, 65535)",
                "assert h.pread(3003, 65535) == b'abc' * 1001",
                "assert h.pread(1, 65534) == bytes(1)",
                "h.pwrite(b'd' * 4096, 0, nbd.CMD_FLAG_FUA)",
                "h.flush()",
                "h.zero(10, 1, nbd.CMD_FLAG_FAST_ZERO)",
                "h.zero(100000, 70000, nbd.CMD_FLAG_NO_HOLE | nbd.CMD_FLAG_FUA)",
                "assert h.pread(12, 0) == b'd' + bytes(10) + b'd'",
                "h.trim(65536, 65536, nbd.CMD_FLAG_FUA)",
                "h.cache(1 << 20, 0)",
                "assert h.pread(65536, 65536) == bytes(65536)");

        assertThat(device.flushes()).isEqualTo(1);
        assertThat(device.durableWrites()).isEqualTo(3);
    }

    @Test
    void shouldReportRunsToNbdsh() {
        String status =
                "l = []; h.block_status(%s, %s, lambda m, o, e, err: l.append(e), %s); assert l == %s";
        Program.run(
                "nbdsh",
                "-c",
                "h.add_meta_context('base:allocation')",
                "-c",
                "h.connect_uri('" + uri + "')",
                "-c",
                "h.pwrite(b'x' * 65536, 65536)",
                "-c",
                status.formatted("200000", "0", "0", "[[65536, 3, 65536, 0, 68928, 3]]"),
                "-c",
                status.formatted("200000", "1", "nbd.CMD_FLAG_REQ_ONE", "[[65535, 3]]"));
    }

    @Test
    void shouldReturnTheRightErrorToNbdshWhenItIsNotStrict() {
        nbdsh(
                "h.set_strict_mode(0)",
                """
                def fails(what, f):
                    try:
                        f()
                    except nbd.Error as e:
                        assert e.errno == what, (what, e.errno, str(e))
                        return
                    assert False, 'no ' + what
                """,
                "size = h.get_size()",
                "fails('ENOSPC', lambda: h.pwrite(b'x' * 512, size))",
                "fails('ENOSPC', lambda: h.pwrite(b'x' * 512, 2**63 - 256))",
                "fails('EINVAL', lambda: h.pread(512, size - 511))",
                "fails('EINVAL', lambda: h.pread(512, 2**64 - 512))",
                "fails('EINVAL', lambda: h.trim(512, 2**64 - 256))",
                "fails('EINVAL', lambda: h.zero(2**32 - 1, 0))",
                "fails('EINVAL', lambda: h.pread(512, 0, 0x8000))",
                "fails('EINVAL', lambda: h.trim(512, 0, nbd.CMD_FLAG_REQ_ONE))",
                "fails('EINVAL', lambda: h.block_status(512, 0, lambda *a: 0))",
                "h.pwrite(b'y' * 512, size - 512)",
                "assert h.pread(512, size - 512) == b'y' * 512");
    }

    @Test
    void shouldRefuseChangesOfAReadOnlyExportToNbdsh() {
        assertThat(
                        Program.tryRun(
                                        "nbdsh",
                                        "-u",
                                        root + "/fixed",
                                        "-c",
                                        "h.set_strict_mode(0); h.pwrite(b'x', 0)")
                                .output())
                .contains("Operation not permitted");
    }

    @Test
    void shouldCarryACopyOverFourConnectionsThereAndBack() throws IOException {
        Path original = directory.resolve("original");
        byte[] data = new byte[100 << 20];
        new Random(1).nextBytes(data);
        Files.write(original, data);
        Path copy = directory.resolve("copy");

        String[] there = {"nbdcopy", "--connections=4", "--threads=4", "--requests=16", "--flush"};
        Program.run(there[0], there[1], there[2], there[3], there[4], original.toString(), uri);
        Program.run(there[0], there[1], there[2], there[3], uri, copy.toString());

        assertThat(Files.size(copy)).isEqualTo(SIZE);
        assertThat(Files.mismatch(original, copy)).isEqualTo(data.length);
        assertThat(device.flushes()).isPositive();
        assertThat(device.mappedBytes()).isEqualTo(data.length);
    }

    private void nbdsh(String... statements) {
        String[] command = new String[3 + 2 * statements.length];
        command[0] = "nbdsh";
        command[1] = "-u";
        command[2] = uri;
        for (int i = 0; i < statements.length; i++) {
            command[3 + 2 * i] = "-c";
            command[4 + 2 * i] = statements[i];
        }
        Program.run(command);
    }
}

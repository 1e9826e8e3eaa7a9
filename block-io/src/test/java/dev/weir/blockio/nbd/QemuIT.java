package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QEMU's block layer as client: qemu-img and qemu-io. */
class QemuIT {
    private static final int SIZE = 64 << 20;

    @TempDir private Path directory;

    private final MemoryDevice device = new MemoryDevice(SIZE);
    private NbdServer server;
    private String uri;

    @BeforeEach
    void start() throws IOException {
        server = Exports.of(device).serve();
        uri = "nbd://127.0.0.1:" + server.address().getPort() + "/disk";
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldKeepThePatternsOfQemuIo() {
        qemuIo(
                "write -P 0xab 0 1M",
                "read -P 0xab 0 1M",
                "write -P 0x11 1000 777",
                "read -P 0x11 1000 777",
                "read -P 0xab 1777 4096",
                "write -z 64k 64k",
                "write -z -u 128k 64k",
                "discard 192k 64k",
                "read -P 0 64k 192k",
                "write -f -P 0xcd 4k 4k",
                "flush",
                "read -P 0xcd 4k 4k",
                "aio_write -P 1 2M 64k",
                "aio_write -P 2 3M 4M",
                "aio_read -P 0xab 256k 64k",
                "aio_flush",
                "read -P 1 2M 64k",
                "read -P 2 3M 4M");

        assertThat(device.flushes()).isPositive();
        assertThat(device.durableWrites()).isPositive();
        assertThat(device.contents(64 << 10, 192 << 10)).containsOnly(0);
    }

    @Test
    void shouldShowQemuImgWhatItIsAndWhereDataIs() {
        qemuIo("write -P 1 1M 64k");

        assertThat(Program.run("qemu-img", "info", uri)).contains("virtual size: 64 MiB");
        String map = Program.run("qemu-img", "map", "--output=json", "-f", "raw", uri);
        assertThat(map.replaceAll("\\s", ""))
                .contains("\"start\":0,\"length\":1048576")
                .contains("\"start\":1048576,\"length\":65536,\"depth\":0")
                .contains("\"start\":1114112,\"length\":65994752");
        assertThat(map.lines().filter(line -> line.contains("\"zero\": true"))).hasSize(2);
    }

    @Test
    void shouldHoldAnImageThatQemuImgFindsIdentical() throws IOException {
        Path image = directory.resolve("image.raw");
        byte[] data = new byte[SIZE];
        new Random(2).nextBytes(data);
        Arrays.fill(data, 8 << 20, 40 << 20, (byte) 0);
        Files.write(image, data);

        Program.run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image.toString(), uri);
        String verdict =
                Program.run("qemu-img", "compare", "-f", "raw", "-F", "raw", image.toString(), uri);

        assertThat(verdict).contains("Images are identical");
        assertThat(device.mappedBytes()).isEqualTo(32 << 20);
    }

    @Test
    void shouldServeManyRequestsAtOnceToQemuImgBench() {
        Program.run(
                "qemu-img",
                "bench",
                "-c",
                "20000",
                "-d",
                "32",
                "-s",
                "4096",
                "-w",
                "-f",
                "raw",
                "--flush-interval=500",
                uri);

        assertThat(device.flushes()).isGreaterThanOrEqualTo(39);
    }

    private void qemuIo(String... commands) {
        String[] line = new String[4 + 2 * commands.length];
        line[0] = "qemu-io";
        line[1] = "-f";
        line[2] = "raw";
        for (int i = 0; i < commands.length; i++) {
            line[3 + 2 * i] = "-c";
            line[4 + 2 * i] = commands[i];
        }
        line[line.length - 1] = uri;
        assertThat(Program.run(line)).doesNotContainIgnoringCase("failed", "error");
    }
}

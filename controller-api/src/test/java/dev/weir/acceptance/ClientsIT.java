package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.NbdClient;
import dev.weir.acceptance.lab.NbdClient.Operation;
import dev.weir.acceptance.lab.RestClient;
import dev.weir.acceptance.lab.RunningWeir;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Clients of different make: libnbd's tools, QEMU's, fio, and several of them at once. */
@TestInstance(Lifecycle.PER_CLASS)
class ClientsIT {
    private static final int MEBIBYTE = 1 << 20;
    private static final long SEED = 20261122;
    private static final int WRITERS = 4;
    private static final int BLOCKS_PER_WRITER = 60;
    private static final int BLOCK_BYTES = 4096;

    private RunningWeir weir;
    private Path work;

    @BeforeAll
    void start(@TempDir(factory = BuildDirectory.class) Path directory) {
        work = directory;
        weir = RunningWeir.start(work.resolve("data"));
    }

    @AfterAll
    void stop() {
        weir.close();
    }

    @Test
    void shouldTellNbdinfoWhatItIs() {
        URI uri = volume("info", "100MiB");

        JsonNode export = json(Command.of("nbdinfo", "--json", uri).succeed());
        JsonNode info = export.path("exports").path(0);

        assertThat(export.path("protocol").asString()).isEqualTo("newstyle-fixed");
        assertThat(info.path("export-size").asLong()).isEqualTo(100L * MEBIBYTE);
        assertThat(info.path("is_read_only").asBoolean()).isFalse();
        for (String capability :
                List.of("can_flush", "can_fua", "can_trim", "can_zero", "can_multi_conn")) {
            assertThat(info.path(capability).asBoolean()).as(capability).isTrue();
        }
        assertThat(StreamSupport.stream(info.path("contexts").spliterator(), false))
                .extracting(JsonNode::asString)
                .contains("base:allocation");
    }

    @Test
    void shouldListItsExports() {
        URI uri = volume("listed", "1MiB");

        String server = uri.resolve("/").toString();
        assertThat(Command.of("nbdinfo", "--list", server).succeed()).contains("export=\"listed\"");
    }

    @Test
    void shouldMapOnlyWhatWasWritten() {
        URI uri = volume("sparse", "64MiB");

        qemuIo(uri, "write -P 0x11 1M 128k", "flush");

        assertThat(Command.of("nbdinfo", "--map", uri).succeed().lines().map(String::strip))
                .extracting(line -> line.replaceAll("\\s+", " "))
                .containsExactly(
                        "0 1048576 3 hole,zero",
                        "1048576 131072 0 data",
                        "1179648 65929216 3 hole,zero");
        JsonNode map =
                json(Command.of("qemu-img", "map", "--output=json", "-f", "raw", uri).succeed());
        assertThat(StreamSupport.stream(map.spliterator(), false))
                .filteredOn(run -> run.path("data").asBoolean())
                .singleElement()
                .satisfies(run -> {
                    assertThat(run.path("start").asLong()).isEqualTo(MEBIBYTE);
                    assertThat(run.path("length").asLong()).isEqualTo(131_072);
                });
    }

    @Test
    void shouldBeARawImageToQemu() throws Exception {
        URI uri = volume("raw", "32MiB");
        Path image = randomFile("random", 32 * MEBIBYTE);

        Command.of("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image, uri).succeed();

        assertThat(
                        json(Command.of("qemu-img", "info", "--output=json", "-f", "raw", uri)
                                        .succeed())
                                .path("virtual-size")
                                .asLong())
                .isEqualTo(32L * MEBIBYTE);
        Command.of("qemu-img", "compare", "-f", "raw", "-F", "raw", image, uri).succeed();
        qemuIo(uri, "write -P 0x77 12345 1");
        assertThat(Command.of("qemu-img", "compare", "-f", "raw", "-F", "raw", image, uri).run())
                .as("one byte differs")
                .satisfies(outcome -> assertThat(outcome.exitCode()).isEqualTo(1));
    }

    @Test
    void shouldReadWhatQemuIoWroteZeroedAndDiscarded() {
        URI uri = volume("patterns", "64MiB");

        qemuIo(
                uri,
                "write -P 0xab 0 1M",
                "write -P 0xcd 64k 64k",
                "write -f -P 0xef 513 511",
                "write -z 256k 64k",
                "write -z -u 320k 64k",
                "write -z 400001 3",
                "discard 512k 192k",
                "aio_write -P 0x12 2M 256k",
                "aio_write -P 0x34 4M 256k",
                "aio_flush",
                "flush");

        qemuIo(
                uri,
                "read -P 0xab 0 513",
                "read -P 0xef 513 511",
                "read -P 0xab 1k 63k",
                "read -P 0xcd 64k 64k",
                "read -P 0xab 128k 128k",
                "read -P 0 256k 128k",
                "read -P 0xab 393216 6785",
                "read -P 0 400001 3",
                "read -P 0xab 400004 124284",
                "read -P 0 512k 192k",
                "read -P 0xab 704k 320k",
                "read -P 0x12 2M 256k",
                "read -P 0x34 4M 256k",
                "read -P 0 8M 8M");
    }

    @Test
    void shouldPassFioVerifyOverFourConnections() {
        URI uri = volume("fio", "256MiB");

        fio(
                uri,
                "crc",
                0,
                4,
                "--rw=randwrite",
                "--bs=4k",
                "--verify=crc32c",
                "--verify_backlog=512");
        fio(uri, "mix", 0, 4, "--rw=randrw", "--bsrange=512-64k", "--verify=crc32c", "--fsync=64");
    }

    @Test
    void shouldServeSeveralClientsAtOnceOnOneVolume() throws Exception {
        URI uri = volume("shared", "256MiB");
        Path part = randomFile("part", 32 * MEBIBYTE);

        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            all.add(clients.submit(() -> qemuIoFillsAndChecks(uri, 0)));
            all.add(clients.submit(() -> qemuIoFillsAndChecks(uri, 32)));
            all.add(clients.submit(() -> copyAtAndCompare(uri, part, 64)));
            all.add(
                    clients.submit(() ->
                            fio(
                                    uri,
                                    "shared",
                                    128,
                                    2,
                                    "--rw=randwrite",
                                    "--bs=4k",
                                    "--verify=crc32c")));
            for (Future<?> client : all) {
                client.get();
            }
        }
    }

    @Test
    void shouldCoverWithOneFlushWhatOtherConnectionsWereTold() throws Exception {
        URI uri = volume("flushed", "64MiB");
        List<NbdClient> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                NbdClient client = NbdClient.connect(uri);
                clients.add(client);
                int own = writer;
                writers.add(threads.submit(() -> writeBlocks(client, own)));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }

        clients.getLast().perform(Operation.FLUSH, 0, 0);
        weir.kill();
        weir.restart();

        for (NbdClient client : clients) {
            client.close();
        }
        try (NbdClient reader = NbdClient.connect(weir.rest().nbd("flushed"))) {
            byte[] found = new byte[BLOCK_BYTES];
            for (int writer = 0; writer < WRITERS; writer++) {
                for (int i = 0; i < BLOCKS_PER_WRITER; i++) {
                    reader.read(blockOffset(writer, i), found);
                    assertThat(found).isEqualTo(block(writer, i));
                }
            }
        }
    }

    private static int writeBlocks(NbdClient client, int writer) throws IOException {
        for (int i = 0; i < BLOCKS_PER_WRITER; i++) {
            client.write(blockOffset(writer, i), block(writer, i));
        }
        return BLOCKS_PER_WRITER;
    }

    /** Writers take turns within one grain. */
    private static long blockOffset(int writer, int index) {
        return ((long) index * WRITERS + writer) * BLOCK_BYTES * 3;
    }

    private static byte[] block(int writer, int index) {
        byte[] bytes = new byte[BLOCK_BYTES];
        Arrays.fill(bytes, (byte) (1 + writer * BLOCKS_PER_WRITER + index));
        return bytes;
    }

    private static void qemuIoFillsAndChecks(URI uri, int firstMebibyte) {
        List<String> script = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            script.add("write -P %d %dM 1M".formatted(i + 1, firstMebibyte + i));
        }
        script.add("flush");
        for (int i = 0; i < 32; i++) {
            script.add("read -P %d %dM 1M".formatted(i + 1, firstMebibyte + i));
        }
        qemuIo(uri, script.toArray(String[]::new));
    }

    private void copyAtAndCompare(URI uri, Path part, int firstMebibyte) {
        String window =
                "driver=raw,offset=%d,size=%d,file.driver=nbd,file.host=%s,file.port=%d,file.export=%s"
                        .formatted(
                                (long) firstMebibyte * MEBIBYTE,
                                32L * MEBIBYTE,
                                uri.getHost(),
                                uri.getPort(),
                                uri.getPath().substring(1));
        Command.of("qemu-img", "convert", "-n", "--target-image-opts", "-f", "raw", part, window)
                .succeed();
        Path copy = work.resolve("window");
        Command.of("qemu-img", "convert", "--image-opts", "-O", "raw", window, copy).succeed();
        Command.of("cmp", part, copy).succeed();
    }

    /** Each job has a connection and 16 MiB of its own. */
    private void fio(URI uri, String name, int firstMebibyte, int jobs, String... options) {
        String out =
                Command.of(
                                "fio",
                                "--name=" + name,
                                "--ioengine=nbd",
                                "--uri=" + uri,
                                "--offset=" + firstMebibyte + "m",
                                "--numjobs=" + jobs,
                                "--offset_increment=16m",
                                "--size=16m",
                                "--iodepth=16",
                                "--verify_fatal=1",
                                "--group_reporting")
                        .and((Object[]) options)
                        .in(work)
                        .succeed();
        assertThat(out).contains("err= 0");
    }

    /** One process, one connection; a pattern that does not match is a failure of qemu-io. */
    private static void qemuIo(URI uri, String... script) {
        Command command = Command.of("qemu-io", "-f", "raw", uri);
        for (String line : script) {
            command = command.and("-c", line);
        }
        assertThat(command.succeed()).doesNotContain("failed");
    }

    private URI volume(String name, String size) {
        RestClient rest = weir.rest();
        rest.createVolume(name, "default", size);
        return rest.export(name);
    }

    private Path randomFile(String name, int sizeBytes) throws Exception {
        byte[] bytes = new byte[sizeBytes];
        new Random(SEED).nextBytes(bytes);
        return Files.write(work.resolve(name), bytes);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}

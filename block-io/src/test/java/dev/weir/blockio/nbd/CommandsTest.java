package dev.weir.blockio.nbd;

import static dev.weir.blockio.nbd.NbdCommand.BLOCK_STATUS;
import static dev.weir.blockio.nbd.NbdCommand.CACHE;
import static dev.weir.blockio.nbd.NbdCommand.FLAG_DF;
import static dev.weir.blockio.nbd.NbdCommand.FLAG_FAST_ZERO;
import static dev.weir.blockio.nbd.NbdCommand.FLAG_FUA;
import static dev.weir.blockio.nbd.NbdCommand.FLAG_NO_HOLE;
import static dev.weir.blockio.nbd.NbdCommand.FLAG_REQ_ONE;
import static dev.weir.blockio.nbd.NbdCommand.FLUSH;
import static dev.weir.blockio.nbd.NbdCommand.READ;
import static dev.weir.blockio.nbd.NbdCommand.TRIM;
import static dev.weir.blockio.nbd.NbdCommand.WRITE;
import static dev.weir.blockio.nbd.NbdCommand.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.MemoryDevice.Operation;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.nbd.WireClient.Chunk;
import dev.weir.blockio.nbd.WireClient.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private static final int BLOCK = MemoryDevice.BLOCK_BYTES;
    private static final int SIZE = 64 << 20;
    private static final int READS_FROM = 1000;

    private final MemoryDevice device = new MemoryDevice(SIZE);
    private final Exports exports = Exports.of(device);
    private NbdServer server;

    @BeforeEach
    void start() throws IOException {
        exports.add(new NbdExport("fixed", "", device, true));
        server = exports.serve();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 4096, 4097, BLOCK + 1, 256 << 10, (256 << 10) + 1, 9 << 20})
    void shouldReadBackWhatWasWrittenAtAnyLengthAndAlignment(int length) throws IOException {
        byte[] data = random(length);
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.write(0, 1, 12_345, data);
            assertThat(client.reply()).isEqualTo(new Reply(0, 1));
            client.request(READ, 0, 2, 12_345, length);

            assertThat(client.reply()).isEqualTo(new Reply(0, 2));
            assertThat(client.read(length)).isEqualTo(data);
            assertThat(device.contents(12_345, length)).isEqualTo(data);
        }
        try (WireClient client = WireClient.attachedStructured(server, "disk")) {
            client.request(READ, 0, 3, 12_345, length);
            assertThat(assemble(client, 12_345, length)).isEqualTo(data);
            client.request(READ, FLAG_DF, 4, 12_345, length);
            Chunk whole = client.chunk();
            assertThat(whole.flags()).isEqualTo(ReplyCodec.FLAG_DONE);
            assertThat(whole.payload()).hasSize(8 + length).endsWith(data);
        }
    }

    @Test
    void shouldSendHolesForZeroRunsOfLongReadsOnly() throws IOException {
        byte[] data = random(BLOCK);
        try (WireClient client = WireClient.attachedStructured(server, "disk")) {
            client.write(0, 1, BLOCK, data);
            client.reply();
            client.request(READ, 0, 2, 0, 3 * BLOCK);

            assertThat(client.chunk().type()).isEqualTo(ReplyCodec.TYPE_OFFSET_HOLE);
            assertThat(client.chunk().payload()).hasSize(8 + BLOCK).endsWith(data);
            Chunk last = client.chunk();
            assertThat(last.type()).isEqualTo(ReplyCodec.TYPE_OFFSET_HOLE);
            assertThat(last.flags()).isEqualTo(ReplyCodec.FLAG_DONE);
            assertThat(ByteBuffer.wrap(last.payload()).getLong(0)).isEqualTo(2 * BLOCK);
            assertThat(ByteBuffer.wrap(last.payload()).getInt(8)).isEqualTo(BLOCK);

            client.request(READ, 0, 3, 0, 4096);
            assertThat(client.chunk().type()).isEqualTo(ReplyCodec.TYPE_OFFSET_DATA);
            client.request(READ, FLAG_DF, 4, 0, 3 * BLOCK);
            assertThat(client.chunk().type()).isEqualTo(ReplyCodec.TYPE_OFFSET_DATA);
        }
    }

    @Test
    void shouldAnswerManyRequestsOfOneRead() throws IOException {
        ByteBuffer requests = ByteBuffer.allocate(1000 * (28 + 100 + 28));
        for (int i = 0; i < 1000; i++) {
            byte[] payload = new byte[100];
            Arrays.fill(payload, (byte) i);
            requests.put(WireClient.requestBytes(WRITE, 0, i, i * 100L, 100)).put(payload);
            requests.put(WireClient.requestBytes(READ, 0, READS_FROM + i, i * 100L, 100));
        }
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.send(requests.array());

            boolean[] written = new boolean[1000];
            boolean[] read = new boolean[1000];
            for (int i = 0; i < 2000; i++) {
                Reply reply = client.reply();
                assertThat(reply.error()).isZero();
                int number = (int) reply.cookie() % READS_FROM;
                if (reply.cookie() >= READS_FROM) {
                    assertThat(client.read(100)).containsOnly(number);
                    read[number] = true;
                } else {
                    written[number] = true;
                }
            }
            assertThat(written).doesNotContain(false);
            assertThat(read).doesNotContain(false);
        }
    }

    @Test
    void shouldReportRunsWithinTheRange() throws IOException {
        try (WireClient client = WireClient.attachedStructured(server, "disk")) {
            client.write(0, 1, BLOCK, new byte[2 * BLOCK]);
            client.reply();
            client.request(BLOCK_STATUS, 0, 2, 512, 4 * BLOCK);
            ByteBuffer runs = ByteBuffer.wrap(client.chunk().payload());

            assertThat(ints(runs)).containsExactly(1, BLOCK - 512, 3, 2 * BLOCK, 0, BLOCK + 512, 3);

            client.request(BLOCK_STATUS, FLAG_REQ_ONE, 3, 512, 4 * BLOCK);
            assertThat(ints(ByteBuffer.wrap(client.chunk().payload())))
                    .containsExactly(1, BLOCK - 512, 3);
        }
    }

    @Test
    void shouldTrimAndZeroInTheWayAskedFor() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.write(0, 1, 0, random(4 * BLOCK));
            client.reply();
            client.request(TRIM, 0, 2, 0, BLOCK);
            assertThat(client.reply()).isEqualTo(new Reply(0, 2));
            client.request(WRITE_ZEROES, FLAG_FAST_ZERO, 3, BLOCK, BLOCK);
            assertThat(client.reply()).isEqualTo(new Reply(0, 3));
            assertThat(device.mappedBytes()).isEqualTo(2 * BLOCK);
            client.request(WRITE_ZEROES, FLAG_NO_HOLE | FLAG_FAST_ZERO, 4, 0, 3 * BLOCK);
            assertThat(client.reply()).isEqualTo(new Reply(0, 4));

            assertThat(device.mappedBytes()).isEqualTo(4 * BLOCK);
            assertThat(device.contents(0, 3 * BLOCK)).containsOnly(0);
        }
    }

    @Test
    void shouldZeroAndTrimMoreThanAReadMayAskFor() throws IOException {
        device.resize(1L << 40);
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(WRITE_ZEROES, 0, 1, 0, 0xffffffffL);
            assertThat(client.reply()).isEqualTo(new Reply(0, 1));
            client.request(TRIM, 0, 2, 1L << 39, 0xffffffffL);
            assertThat(client.reply()).isEqualTo(new Reply(0, 2));
        }
    }

    @Test
    void shouldFlushAndForceWhenAsked() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(FLUSH, FLAG_FUA, 1, 0, 0);
            assertThat(client.reply()).isEqualTo(new Reply(0, 1));
            assertThat(device.flushes()).isEqualTo(1);
            client.write(FLAG_FUA, 2, 0, random(4096));
            assertThat(client.reply()).isEqualTo(new Reply(0, 2));
            client.request(TRIM, FLAG_FUA, 3, 0, 4096);
            assertThat(client.reply()).isEqualTo(new Reply(0, 3));
            client.request(WRITE_ZEROES, FLAG_FUA, 4, 0, 4096);
            assertThat(client.reply()).isEqualTo(new Reply(0, 4));
            assertThat(device.durableWrites()).isEqualTo(3);

            client.write(FLAG_FUA, 5, 0, random(1 << 20));
            assertThat(client.reply()).isEqualTo(new Reply(0, 5));
            assertThat(device.flushes()).isEqualTo(2);
        }
    }

    @Test
    void shouldAcceptCacheAndRequestsOfNoLength() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(CACHE, 0, 1, 0, SIZE);
            assertThat(client.reply()).isEqualTo(new Reply(0, 1));
            for (int type : new int[] {READ, WRITE, TRIM, WRITE_ZEROES}) {
                client.request(type, 0, type, SIZE, 0);
                assertThat(client.reply()).isEqualTo(new Reply(0, type));
            }
        }
        try (WireClient client = WireClient.attachedStructured(server, "disk")) {
            client.request(READ, 0, 2, 0, 0);
            assertThat(client.chunk().type()).isEqualTo(ReplyCodec.TYPE_NONE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 22", "1, 28", "4, 22", "5, 22", "6, 28",
    })
    void shouldRefuseEveryRangeThatLeavesTheExport(int type, int error) throws IOException {
        long[][] ranges = {
            {SIZE, 1},
            {SIZE - 1, 2},
            {SIZE + 1L, 0},
            {Long.MAX_VALUE, 1},
            {Long.MAX_VALUE - 511, 512},
            {Long.MIN_VALUE, 1},
            {-1, 1},
            {-512, 512},
            {-512, 1024},
            {0x1_0000_0000L, 4096},
        };
        try (WireClient client = WireClient.attached(server, "disk")) {
            for (long[] range : ranges) {
                if (type == WRITE) {
                    client.write(0, 7, range[0], new byte[(int) range[1]]);
                } else {
                    client.request(type, 0, 7, range[0], range[1]);
                }

                assertThat(client.reply())
                        .as(Arrays.toString(range))
                        .isEqualTo(new Reply(error, 7));
            }
            client.expectInStep();
        }
    }

    @Test
    void shouldRefuseABlockStatusThatLeavesTheExportOrIsEmpty() throws IOException {
        try (WireClient client = WireClient.attachedStructured(server, "disk")) {
            for (long length : new long[] {0, SIZE + 1L, 0xffffffffL}) {
                client.request(BLOCK_STATUS, 0, 1, 0, length);

                assertThat(error(client.chunk())).isEqualTo(22);
            }
            client.expectInStep();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2",
        "0, 8",
        "0, 16",
        "0, 32",
        "0, 0x8000",
        "1, 2",
        "1, 4",
        "1, 16",
        "1, 32",
        "2, 0",
        "3, 2",
        "4, 2",
        "4, 16",
        "5, 4",
        "6, 4",
        "6, 8",
        "7, 0",
        "8, 0",
        "9, 0",
        "0xffff, 0"
    })
    void shouldRefuseUnknownCommandsAndFlagsAndStayInStep(String typeText, String flagsText)
            throws IOException {
        int type = Integer.decode(typeText);
        int flags = Integer.decode(flagsText);
        try (WireClient client = WireClient.attached(server, "disk")) {
            if (type == NbdCommand.DISC) {
                client.request(type, 0xffff, 7, -1, 0xffffffffL);
                client.expectClosed();
                return;
            }
            if (type == WRITE) {
                client.write(flags, 7, 0, new byte[4096]);
            } else {
                client.request(type, flags, 7, 0, 4096);
            }

            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EINVAL, 7));
            client.expectInStep();
        }
    }

    @Test
    void shouldRefuseDontFragmentWithoutStructuredReplies() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(READ, FLAG_DF, 7, 0, 4096);

            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EINVAL, 7));
            client.expectInStep();
        }
    }

    @Test
    void shouldRefuseEveryChangeOfAReadOnlyExport() throws IOException {
        try (WireClient client = WireClient.attached(server, "fixed")) {
            client.write(0, 1, 0, new byte[100_000]);
            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EPERM, 1));
            client.request(TRIM, 0, 2, 0, 4096);
            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EPERM, 2));
            client.request(WRITE_ZEROES, 0, 3, 0, 4096);
            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EPERM, 3));
            client.expectInStep();
        }
        assertThat(device.mappedBytes()).isZero();
    }

    @Test
    void shouldSkipAPayloadBeyondTheLimitAndDropOneFarBeyondIt() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.write(0, 1, 0, new byte[(32 << 20) + 1]);
            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EINVAL, 1));
            client.request(READ, 0, 2, 0, (32 << 20) + 1);
            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.EINVAL, 2));
            client.expectInStep();
            client.request(WRITE, 0, 3, 0, 0xffffffffL);
            client.expectClosed();
        }
        assertThat(device.mappedBytes()).isZero();
    }

    @Test
    void shouldFollowTheSizeOfTheDevice() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(READ, 0, 1, SIZE, 512);
            assertThat(client.reply().error()).isEqualTo(NbdErrno.EINVAL);
            device.resize(SIZE + 512);
            client.request(READ, 0, 2, SIZE, 512);
            assertThat(client.reply()).isEqualTo(new Reply(0, 2));
            client.read(512);
            device.resize(512);
            client.write(0, 3, 512, new byte[1]);
            assertThat(client.reply()).isEqualTo(new Reply(NbdErrno.ENOSPC, 3));
        }
    }

    @Test
    void shouldReplyWithTheFailureOfTheDeviceAndGoOn() throws IOException {
        StorageFailure broken = new StorageFailure.DeviceFailed("memory", "planted");
        for (Operation operation : Operation.values()) {
            device.fail(operation, broken);
        }
        device.fail(Operation.WRITE, new StorageFailure.NoSpace("pool"));
        device.fail(Operation.ZERO, new StorageFailure.Unsupported("fast zeroing"));
        try (WireClient client = WireClient.attachedStructured(server, "disk")) {
            client.request(READ, 0, 1, 0, 4096);
            assertThat(error(client.chunk())).isEqualTo(NbdErrno.EIO);
            client.request(READ, 0, 1, 0, 8 << 20);
            assertThat(error(client.chunk())).isEqualTo(NbdErrno.EIO);
            client.request(BLOCK_STATUS, 0, 1, 0, 4096);
            assertThat(error(client.chunk())).isEqualTo(NbdErrno.EIO);
            client.write(0, 1, 0, new byte[8 << 20]);
            assertThat(client.reply().error()).isEqualTo(NbdErrno.ENOSPC);
            client.request(WRITE_ZEROES, FLAG_FAST_ZERO, 1, 0, 4096);
            assertThat(client.reply().error()).isEqualTo(NbdErrno.ENOTSUP);
            client.request(FLUSH, 0, 1, 0, 0);
            assertThat(client.reply().error()).isEqualTo(NbdErrno.EIO);
            device.heal();
            client.expectInStep();
        }
    }

    @Test
    void shouldReplyWithAnErrorWhenTheDeviceHasABug() throws IOException {
        for (Operation operation : Operation.values()) {
            device.fail(operation, new IllegalStateException("planted"));
        }
        try (WireClient client = WireClient.attached(server, "disk")) {
            for (int type : new int[] {READ, TRIM, CACHE, WRITE_ZEROES}) {
                client.request(type, 0, 1, 0, 4096);
                assertThat(client.reply().error()).isEqualTo(NbdErrno.EIO);
            }
            device.heal();
            client.expectInStep();
        }
    }

    @Test
    void shouldAnswerReadsWhileAFlushWaitsForTheDisk() throws Exception {
        MemoryDevice.Gate gate = device.hold(Operation.FLUSH);
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(FLUSH, 0, 1, 0, 0);
            gate.awaitReached();
            client.request(READ, 0, 2, 0, 512);

            assertThat(client.reply()).isEqualTo(new Reply(0, 2));
            client.read(512);
            gate.open();
            assertThat(client.reply()).isEqualTo(new Reply(0, 1));
        }
    }

    @Test
    void shouldServeColdReadsSideBySideOnceOneWasSlow() throws Exception {
        MemoryDevice.Gate first = device.hold(Operation.READ);
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(READ, 0, 1, 0, 512);
            first.awaitReached();
            LockSupport.parkNanos(1_000_000);
            MemoryDevice.Gate second = device.hold(Operation.READ);
            first.open();
            client.reply();
            client.read(512);

            ByteBuffer batch = ByteBuffer.allocate(3 * RequestHeader.BYTES);
            batch.put(WireClient.requestBytes(READ, 0, 2, 0, 512));
            batch.put(WireClient.requestBytes(READ, 0, 3, 0, 512));
            batch.put(WireClient.requestBytes(FLUSH, 0, 4, 0, 0));
            client.send(batch.array());

            assertThat(client.reply()).isEqualTo(new Reply(0, 4));
            second.open();
            assertThat(client.reply().cookie()).isIn(2L, 3L);
            client.read(512);
            assertThat(client.reply().error()).isZero();
        }
    }

    @Test
    void shouldHoldBackRequestsBeyondTheLimitUntilTheDiskHasCaughtUp() throws Exception {
        NbdLimits d = NbdLimits.defaults();
        NbdLimits limits =
                new NbdLimits(
                        1 << 20,
                        10,
                        d.handshakeTimeout(),
                        d.replyTimeout(),
                        d.maxOptions(),
                        1 << 20,
                        4,
                        2,
                        d.drainTimeout());
        MemoryDevice.Gate gate = device.hold(Operation.FLUSH);
        try (NbdServer small = exports.serve(limits);
                WireClient client = WireClient.attached(small, "disk")) {
            for (int i = 0; i < 100; i++) {
                client.request(FLUSH, 0, i, 0, 0);
            }
            gate.awaitReached();
            gate.open();

            boolean[] answered = new boolean[100];
            for (int i = 0; i < 100; i++) {
                answered[(int) client.reply().cookie()] = true;
            }
            assertThat(answered).doesNotContain(false);
        }
    }

    /** Puts the chunks of a structured read together. */
    private static byte[] assemble(WireClient client, long offset, int length) throws IOException {
        byte[] data = new byte[length];
        int received = 0;
        boolean done = false;
        while (!done) {
            Chunk chunk = client.chunk();
            ByteBuffer payload = ByteBuffer.wrap(chunk.payload());
            int at = (int) (payload.getLong() - offset);
            if (chunk.type() == ReplyCodec.TYPE_OFFSET_DATA) {
                received += payload.remaining();
                payload.get(data, at, payload.remaining());
            } else {
                assertThat(chunk.type()).isEqualTo(ReplyCodec.TYPE_OFFSET_HOLE);
                received += payload.getInt();
            }
            done = chunk.flags() == ReplyCodec.FLAG_DONE;
        }
        assertThat(received).isEqualTo(length);
        return data;
    }

    private static int error(Chunk chunk) {
        assertThat(chunk.type()).isEqualTo(ReplyCodec.TYPE_ERROR);
        return ByteBuffer.wrap(chunk.payload()).getInt();
    }

    private static int[] ints(ByteBuffer buffer) {
        int[] values = new int[buffer.remaining() / Integer.BYTES];
        buffer.asIntBuffer().get(values);
        return values;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

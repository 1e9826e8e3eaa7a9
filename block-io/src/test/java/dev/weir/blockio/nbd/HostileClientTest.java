package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After each of these a good client is still served. */
@Timeout(60)
class HostileClientTest {
    private static final int MAX_OPTIONS = 50;
    private static final int MAX_CONNECTIONS = 4;

    private final MemoryDevice device = new MemoryDevice(256 << 20);
    private final Exports exports = Exports.of(device);
    private NbdServer server;

    @BeforeEach
    void start() throws IOException {
        server = exports.serve(limits(Duration.ofSeconds(30), Duration.ofSeconds(30)));
    }

    @AfterEach
    void shouldStillServeAGoodClient() throws IOException {
        try (WireClient good = WireClient.attached(server, "disk")) {
            good.expectInStep();
        }
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0xffffffff, 4, 0x47455420})
    void shouldDropUnknownClientFlags(int flags) throws IOException {
        try (WireClient client = WireClient.connect(server)) {
            client.read(18);
            client.send(WireClient.ints(flags));

            client.expectClosed();
        }
    }

    @Test
    void shouldDropGarbageWhereAnOptionIsDue() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.send(WireClient.utf8("GET / HTTP/1.1\r\n\r\n"));

            client.expectClosed();
        }
    }

    @Test
    void shouldDropAnOldClientThatAsksForMoreThanAnExport() throws IOException {
        try (WireClient client = WireClient.connect(server)) {
            client.read(18);
            client.send(WireClient.ints(0));
            client.option(Option.LIST, new byte[0]);

            client.expectClosed();
        }
    }

    @Test
    void shouldSkipALongOptionAndDropAnAbsurdOne() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.GO, new byte[100_000]);
            assertThat(client.optionAnswer().type()).isEqualTo(0x80000009);
            client.option(Option.GO, 0xffffffff, new byte[0]);
            client.expectClosed();
        }
    }

    @Test
    void shouldDropALongExportName() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.EXPORT_NAME, new byte[5000]);

            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 12, 20, 24, 30})
    void shouldForgetAClientThatLeavesInTheMiddleOfTheHandshake(int bytes) throws IOException {
        byte[] go = WireClient.describe("disk");
        byte[] all =
                ByteBuffer.allocate(20 + go.length)
                        .putInt(WireClient.CLIENT_FLAGS)
                        .putLong(Handshake.OPTION_MAGIC)
                        .putInt(Option.GO)
                        .putInt(go.length)
                        .put(go)
                        .array();
        try (WireClient client = WireClient.connect(server)) {
            client.read(18);
            client.send(Arrays.copyOf(all, Math.min(bytes, all.length - 1)));
            client.shutdownOutput();

            client.expectClosed();
        }
    }

    @Test
    void shouldDropAFloodOfOptions() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            for (int i = 0; i < MAX_OPTIONS; i++) {
                client.option(Option.LIST, new byte[0]);
            }

            client.drainUntilClosed();
        }
    }

    @Test
    void shouldDropASilentClientOnceItsTimeIsUp() throws IOException {
        try (NbdServer impatient =
                        exports.serve(limits(Duration.ofMillis(50), Duration.ofSeconds(30)));
                WireClient silent = WireClient.connect(impatient);
                WireClient stuck = WireClient.greeted(impatient)) {
            stuck.option(Option.GO, 100, new byte[1]);
            silent.read(18);

            silent.expectClosed();
            stuck.expectClosed();
        }
    }

    @Test
    void shouldLetAnAttachedClientBeSilentForAsLongAsItLikes() throws IOException {
        try (NbdServer impatient =
                        exports.serve(limits(Duration.ofMillis(200), Duration.ofMillis(200)));
                WireClient idle = WireClient.attached(impatient, "disk");
                WireClient silent = WireClient.connect(impatient)) {
            silent.read(18);
            silent.expectClosed();

            idle.expectInStep();
        }
    }

    @Test
    void shouldDropAClientThatNeverReadsItsRepliesWhileOthersGoOn() throws Exception {
        try (NbdServer impatient =
                        exports.serve(limits(Duration.ofSeconds(30), Duration.ofMillis(100)));
                WireClient deaf = WireClient.attached(impatient, "disk");
                WireClient good = WireClient.attached(impatient, "disk")) {
            while (impatient.clients().size() < 2) {
                good.expectInStep();
            }
            for (int i = 0; i < 4; i++) {
                deaf.request(NbdCommand.READ, 0, i, 0, 32 << 20);
            }

            while (impatient.clients().size() > 1) {
                good.expectInStep();
            }
            deaf.drainUntilClosed();
            good.expectInStep();
        }
    }

    @Test
    void shouldForgetAClientThatVanishesInTheMiddleOfAWrite() throws IOException {
        try (WireClient good = WireClient.attached(server, "disk")) {
            for (int length : new int[] {4096, 1 << 20, 32 << 20}) {
                WireClient vanishing = WireClient.attached(server, "disk");
                vanishing.request(NbdCommand.WRITE, 0, 1, 0, length);
                vanishing.send(new byte[1000]);
                vanishing.reset();
            }

            while (server.clients().size() > 1) {
                good.expectInStep();
            }
        }
    }

    @Test
    void shouldFinishWhatAVanishedClientLeftBehind() throws Exception {
        MemoryDevice.Gate gate = device.hold(MemoryDevice.Operation.FLUSH);
        WireClient vanishing = WireClient.attached(server, "disk");
        vanishing.request(NbdCommand.FLUSH, 0, 1, 0, 0);
        gate.awaitReached();
        vanishing.reset();
        gate.open();

        try (WireClient good = WireClient.attached(server, "disk")) {
            while (server.clients().size() > 1) {
                good.expectInStep();
            }
        }
        assertThat(device.flushes()).isPositive();
    }

    @Test
    void shouldDropAClientThatLosesStep() throws IOException {
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.send(new byte[28]);

            client.expectClosed();
        }
    }

    @Test
    void shouldRefuseConnectionsBeyondTheLimit() throws IOException {
        WireClient[] clients = new WireClient[MAX_CONNECTIONS];
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            clients[i] = WireClient.attached(server, "disk");
        }
        try (WireClient late = WireClient.connect(server)) {
            late.expectClosed();
        }
        for (WireClient client : clients) {
            client.expectInStep();
            client.request(NbdCommand.DISC, 0, 0, 0, 0);
            client.expectClosed();
            client.close();
        }
        while (!server.clients().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static NbdLimits limits(Duration handshake, Duration reply) {
        NbdLimits defaults = NbdLimits.defaults();
        return new NbdLimits(
                defaults.maxRequestBytes(),
                MAX_CONNECTIONS,
                handshake,
                reply,
                MAX_OPTIONS,
                defaults.maxBufferedBytes(),
                defaults.maxRequestsInFlight(),
                defaults.workersPerConnection(),
                defaults.drainTimeout());
    }
}

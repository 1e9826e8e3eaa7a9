package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.MemoryDevice.Operation;
import dev.weir.blockio.nbd.WireClient.Reply;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NbdServerTest {
    private static final int BLOCK = MemoryDevice.BLOCK_BYTES;

    private final MemoryDevice device = new MemoryDevice(64 << 20);
    private final Exports exports = Exports.of(device);

    @Test
    void shouldSayWhichPortIsInUse() throws IOException {
        try (NbdServer server = exports.serve()) {
            NbdServerConfig same =
                    new NbdServerConfig(
                            InetAddress.getLoopbackAddress(),
                            server.address().getPort(),
                            NbdLimits.defaults());

            assertThatThrownBy(() -> NbdServer.start(same, exports))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("port " + server.address().getPort());
        }
    }

    @Test
    void shouldTellWhoIsAttachedAndWhatTheyDid() throws IOException {
        Instant now = Instant.parse("2026-01-02T03:04:05Z");
        NbdServerConfig config =
                new NbdServerConfig(InetAddress.getLoopbackAddress(), 0, NbdLimits.defaults());
        try (NbdServer server = NbdServer.start(config, exports, Clock.fixed(now, ZoneOffset.UTC));
                WireClient client = WireClient.attached(server, "disk");
                WireClient _ = WireClient.greeted(server)) {
            client.write(0, 1, 0, new byte[1000]);
            client.reply();
            client.request(NbdCommand.READ, 0, 2, 0, 300);
            client.reply();
            client.read(300);
            client.request(NbdCommand.READ, 0, 3, -1, 300);
            client.reply();

            assertThat(server.clients())
                    .singleElement()
                    .satisfies(c -> {
                        assertThat(c.exportName()).isEqualTo("disk");
                        assertThat(c.connectedAt()).isEqualTo(now);
                        assertThat(c.remoteAddress().toString()).contains("127.0.0.1");
                        assertThat(c.requests()).isEqualTo(3);
                        assertThat(c.bytesRead()).isEqualTo(300);
                        assertThat(c.bytesWritten()).isEqualTo(1000);
                    });
        }
    }

    @Test
    void shouldFinishRequestsInFlightWhenItCloses() throws Exception {
        MemoryDevice.Gate gate = device.hold(Operation.FLUSH);
        NbdServer server = exports.serve();
        try (WireClient client = WireClient.attached(server, "disk");
                WireClient undecided = WireClient.greeted(server)) {
            client.request(NbdCommand.FLUSH, 0, 1, 0, 0);
            gate.awaitReached();

            CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
            undecided.expectClosed();
            assertThat(closing).isNotDone();
            gate.open();

            assertThat(client.reply()).isEqualTo(new Reply(0, 1));
            client.expectClosed();
            closing.join();
        }
        assertThat(device.isClosed()).isFalse();
        assertThatThrownBy(() -> WireClient.connect(server)).isInstanceOf(ConnectException.class);
    }

    @Test
    void shouldEndTheClientsOfAnExportThatGoesAwayAndNoOthers() throws Exception {
        exports.add(new NbdExport("other", "", new MemoryDevice(BLOCK), false));
        MemoryDevice.Gate gate = device.hold(Operation.TRIM);
        try (NbdServer server = exports.serve();
                WireClient leaving = WireClient.attached(server, "disk");
                WireClient staying = WireClient.attached(server, "other")) {
            leaving.request(NbdCommand.TRIM, 0, 1, 0, BLOCK);
            gate.awaitReached();
            exports.remove("disk");

            CompletableFuture<Void> disconnecting =
                    CompletableFuture.runAsync(() -> server.disconnect("disk"));
            staying.expectInStep();
            assertThat(disconnecting).isNotDone();
            gate.open();
            disconnecting.join();

            assertThat(leaving.reply()).isEqualTo(new Reply(0, 1));
            leaving.expectClosed();
            staying.expectInStep();
            assertThat(server.clients()).extracting(NbdClient::exportName).containsExactly("other");
        }
    }

    @Test
    void shouldGiveUpOnARequestThatDoesNotEnd() throws Exception {
        NbdLimits d = NbdLimits.defaults();
        NbdLimits limits =
                new NbdLimits(
                        d.maxRequestBytes(),
                        d.maxConnections(),
                        d.handshakeTimeout(),
                        d.replyTimeout(),
                        d.maxOptions(),
                        d.maxBufferedBytes(),
                        d.maxRequestsInFlight(),
                        d.workersPerConnection(),
                        Duration.ofMillis(50));
        MemoryDevice.Gate gate = device.hold(Operation.FLUSH);
        NbdServer server = exports.serve(limits);
        try (WireClient client = WireClient.attached(server, "disk")) {
            client.request(NbdCommand.FLUSH, 0, 1, 0, 0);
            gate.awaitReached();

            server.close();

            client.expectClosed();
        } finally {
            gate.open();
        }
    }

    @Test
    void shouldCoverWritesOfOtherConnectionsWithAFlush() throws IOException {
        try (NbdServer server = exports.serve();
                WireClient one = WireClient.attached(server, "disk");
                WireClient other = WireClient.attached(server, "disk")) {
            one.write(0, 1, 0, new byte[] {1, 2, 3});
            one.reply();
            int before = device.flushes();
            other.request(NbdCommand.FLUSH, 0, 2, 0, 0);

            assertThat(other.reply()).isEqualTo(new Reply(0, 2));
            assertThat(device.flushes()).isEqualTo(before + 1);
        }
    }
}

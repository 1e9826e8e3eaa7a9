package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.Deadline;
import dev.weir.blockio.wire.ReceiveBuffer;
import dev.weir.blockio.wire.ReplyQueue;
import dev.weir.blockio.wire.Traffic;
import dev.weir.blockio.wire.Workers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TransmissionTest {
    private final MemoryDevice device = new MemoryDevice(1 << 20);

    @Test
    void shouldRefuseRequestsOnceItIsToStop() throws IOException {
        ByteBuffer requests = ByteBuffer.allocate(2 * RequestHeader.BYTES + 512);
        requests.put(WireClient.requestBytes(NbdCommand.WRITE, 0, 1, 0, 512));
        requests.position(requests.position() + 512);
        requests.put(WireClient.requestBytes(NbdCommand.FLUSH, 0, 2, 0, 0));

        String replies = converse(requests.flip(), true);

        assertThat(replies)
                .isEqualTo(
                        "67446698"
                                + "0000006c"
                                + "0000000000000001"
                                + "67446698"
                                + "0000006c"
                                + "0000000000000002");
        assertThat(device.mappedBytes()).isZero();
        assertThat(device.flushes()).isZero();
    }

    @Test
    void shouldAnswerEverythingBeforeItEndsWithTheStream() throws IOException {
        ByteBuffer requests = ByteBuffer.allocate(2 * RequestHeader.BYTES + 10);
        requests.put(WireClient.requestBytes(NbdCommand.TRIM, 0, 1, 0, 512));
        requests.put(WireClient.requestBytes(NbdCommand.WRITE, 0, 2, 0, 512));

        String replies = converse(requests.rewind(), false);

        assertThat(replies).isEqualTo("67446698" + "00000000" + "0000000000000001");
    }

    /** Runs one transmission over these bytes, and returns what it sent. */
    private String converse(ByteBuffer requests, boolean stopping) throws IOException {
        NbdLimits limits = NbdLimits.defaults();
        NbdExport export = new NbdExport("disk", "", device, false);
        ExportCommands.Session session =
                new ExportCommands.Session(export, false, false, 1 << 20, new Traffic());
        try (BufferPool pool = new BufferPool();
                ServerSocketChannel listener = ServerSocketChannel.open();
                SocketChannel client = connect(listener);
                SocketChannel channel = listener.accept();
                ReceiveBuffer in = new ReceiveBuffer(channel, pool);
                Workers workers = limits.workers("test")) {
            client.write(requests);
            client.shutdownOutput();
            ReplyQueue replies = new ReplyQueue(channel, new Deadline(), Long.MAX_VALUE >> 1, pool);
            SlowRequests slow = new SlowRequests(session, replies, workers, pool, () -> {});
            new Transmission(session, in, replies, slow, () -> stopping).run();
            channel.shutdownOutput();
            return HexFormat.of().formatHex(client.socket().getInputStream().readAllBytes());
        }
    }

    private static SocketChannel connect(ServerSocketChannel listener) throws IOException {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return SocketChannel.open(listener.getLocalAddress());
    }
}

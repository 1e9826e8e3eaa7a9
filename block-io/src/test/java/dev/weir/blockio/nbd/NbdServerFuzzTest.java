package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends whole conversations with bytes changed, cut, repeated and swapped. The server may answer as
 * it likes but must end each connection and go on serving. Set {@code weir.fuzz.seed} to replay,
 * {@code weir.fuzz.rounds} to search for longer.
 */
@Timeout(300)
class NbdServerFuzzTest {
    private static final Logger log = LoggerFactory.getLogger(NbdServerFuzzTest.class);
    private static final int DEFAULT_ROUNDS = 400;
    private static final int BLOCK = MemoryDevice.BLOCK_BYTES;

    private final MemoryDevice device = new MemoryDevice(16L * BLOCK);
    private final byte[] guarded = new byte[BLOCK];

    @Test
    void shouldSurviveMutatedConversations() throws IOException {
        long seed = Long.getLong("weir.fuzz.seed", new Random().nextLong());
        int rounds = Integer.getInteger("weir.fuzz.rounds", DEFAULT_ROUNDS);
        log.info("weir.fuzz.seed={}", seed);
        Random random = new Random(seed);
        random.nextBytes(guarded);
        Exports exports = Exports.of(device);
        MemoryDevice other = new MemoryDevice(BLOCK);
        exports.add(new NbdExport("guarded", "", other, false));
        try (NbdServer server = exports.serve();
                WireClient good = WireClient.attached(server, "guarded")) {
            good.write(0, 1, 0, guarded);
            assertThat(good.reply().error()).isZero();
            for (int round = 0; round < rounds; round++) {
                converse(server, mutate(conversation(random), random));
            }

            assertThat(other.contents(0, BLOCK)).as("seed %d", seed).isEqualTo(guarded);
            while (server.clients().size() > 1) {
                good.expectInStep();
            }
            try (WireClient late = WireClient.attached(server, "disk")) {
                late.expectInStep();
            }
        }
    }

    /** A valid handshake and a handful of valid requests. */
    private static byte[] conversation(Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(WireClient.ints(WireClient.CLIENT_FLAGS));
        if (random.nextBoolean()) {
            option(bytes, Option.LIST, new byte[0]);
            option(bytes, Option.INFO, WireClient.describe("disk", 1, 2, 3));
        }
        if (random.nextBoolean()) {
            option(bytes, Option.STRUCTURED_REPLY, new byte[0]);
            option(bytes, Option.LIST_META_CONTEXT, WireClient.contexts("disk", "base:"));
            option(bytes, Option.SET_META_CONTEXT, WireClient.contexts("disk", "base:allocation"));
        }
        option(bytes, Option.GO, WireClient.describe("disk", 3));
        int requests = random.nextInt(20);
        for (int i = 0; i < requests; i++) {
            int type = random.nextInt(9);
            int length = random.nextInt(3 * BLOCK);
            bytes.writeBytes(
                    WireClient.requestBytes(
                            type, 1 << random.nextInt(6), i, random.nextInt(BLOCK), length));
            if (type == NbdCommand.WRITE) {
                bytes.writeBytes(new byte[length]);
            }
        }
        return bytes.toByteArray();
    }

    private static void option(ByteArrayOutputStream bytes, int code, byte[] data) {
        bytes.writeBytes(ByteBuffer.allocate(8).putLong(Handshake.OPTION_MAGIC).array());
        bytes.writeBytes(WireClient.ints(code, data.length));
        bytes.writeBytes(data);
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = bytes;
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            // Headers are at the front; most changes should hit them.
            int reach = random.nextInt(3) == 0 ? mutated.length : Math.min(400, mutated.length);
            int at = random.nextInt(Math.max(1, reach));
            if (at >= mutated.length) {
                continue;
            }
            switch (random.nextInt(5)) {
                case 0 -> mutated[at] = (byte) random.nextInt();
                case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutated[at] = random.nextBoolean() ? (byte) 0xff : 0;
                case 3 -> mutated = Arrays.copyOf(mutated, at);
                default -> {
                    byte[] longer = Arrays.copyOf(mutated, mutated.length + 28);
                    System.arraycopy(mutated, at, longer, at + 28, mutated.length - at);
                    mutated = longer;
                }
            }
        }
        return mutated;
    }

    /** Sends everything, reading meanwhile, until the server hangs up. */
    private static void converse(NbdServer server, byte[] bytes) throws IOException {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            Thread.ofVirtual().start(() -> send(socket, bytes));
            try {
                InputStream in = socket.getInputStream();
                in.skipNBytes(Long.MAX_VALUE);
            } catch (SocketException | EOFException _) {
                // The server hung up, as it should.
            }
        }
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException _) {
            // The server hung up before it had read everything.
        }
    }
}

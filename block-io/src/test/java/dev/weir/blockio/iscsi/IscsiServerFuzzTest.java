package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weir.blockio.MemoryDevice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends whole conversations with bytes changed, cut, repeated and swapped, in every state: login,
 * full feature, data on its way. The server may answer as it likes, but must end each connection
 * and go on serving; a healthy session beside it must never notice. Set {@code weir.fuzz.seed} to
 * replay, {@code weir.iscsi.fuzz.seconds} to search for longer.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class IscsiServerFuzzTest {
    private static final Logger log = LoggerFactory.getLogger(IscsiServerFuzzTest.class);
    private static final int DEFAULT_SECONDS = 8;
    private static final int BLOCK = Portal.BLOCK;
    private static final int GUARDED_BYTES = 16 * BLOCK;

    /** A gap in the numbers ends a conversation: it is not what most of the time is spent on. */
    private static final Map<String, Object> LIMITS =
            Map.of("commandGapTimeout", Duration.ofMillis(20));

    @Test
    void shouldSurviveMutatedConversationsInEveryState() throws IOException {
        long seed = Long.getLong("weir.fuzz.seed", new Random().nextLong());
        long seconds = Integer.getInteger("weir.iscsi.fuzz.seconds", DEFAULT_SECONDS);
        // As a warning, so that it is seen at the level that tests log at.
        log.warn("weir.fuzz.seed={}", seed);
        Random random = new Random(seed);
        byte[] guarded = new byte[GUARDED_BYTES];
        random.nextBytes(guarded);
        ListAppender<ILoggingEvent> faults = ownFaults();
        try (Portal portal = Portal.with(LIMITS)) {
            String other = "iqn.2026-01.dev.weir:guarded";
            MemoryDevice device = new MemoryDevice(1 << 20);
            portal.targets.add(
                    new IscsiTarget(other, Portal.target(other, device), IscsiAccess.open()));
            try (Initiator good = Initiator.connect(portal)) {
                good.isid = 0x600d;
                good.login(0x87, Initiator.names(other));
                assertThat(good.receive().loginStatus()).isZero();
                good.takeAttention();
                good.write(1, 0, guarded);
                assertThat(good.receive(Opcode.SCSI_RESPONSE).status()).isZero();
                for (byte[] known : corpus()) {
                    converse(portal, known);
                    // Each is a seed as well: what lies beside it may be worse.
                    converse(portal, mutate(known.clone(), random));
                }
                long end = System.nanoTime() + seconds * 1_000_000_000L;
                int rounds = 0;
                while (System.nanoTime() - end < 0) {
                    converse(portal, random);
                    rounds++;
                    good.read(2, 0, 16);
                    assertThat(Arrays.equals(good.receive(Opcode.DATA_IN).data(), guarded))
                            .as("seed %d", seed)
                            .isTrue();
                }
                log.warn("{} conversations", rounds);
                assertThat(rounds).isPositive();
                assertThat(faults.list).as("seed %d", seed).isEmpty();
                try (Initiator late = Initiator.attached(portal)) {
                    late.expectInStep();
                }
            }
        }
    }

    /** What the server logs as its own fault: nothing that a client sends may lead to that. */
    private static ListAppender<ILoggingEvent> ownFaults() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        ThresholdFilter errors = new ThresholdFilter();
        errors.setLevel("ERROR");
        errors.start();
        appender.addFilter(errors);
        appender.start();
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.weir.blockio"))
                .addAppender(appender);
        return appender;
    }

    private static void converse(Portal portal, Random random) throws IOException {
        Initiator writer = Initiator.unconnected();
        writer.isid = 1 + random.nextInt(3);
        byte[] login = random.nextInt(20) == 0 ? noise(random) : login(writer, random);
        byte[] requests = requests(writer, random);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Mostly left alone, as few changes get past a login.
        bytes.writeBytes(random.nextInt(4) == 0 ? mutate(login, random) : login);
        bytes.writeBytes(mutate(requests, random));
        converse(portal, bytes.toByteArray());
    }

    /** Sends everything, reading meanwhile, until the server hangs up. */
    private static void converse(Portal portal, byte[] bytes) throws IOException {
        try (Initiator bad = Initiator.connect(portal)) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    bad.send(bytes);
                                    bad.shutdownOutput();
                                } catch (IOException _) {
                                    // The server hung up before it had read everything.
                                }
                            });
            bad.drainUntilClosed();
            sender.join();
        } catch (SocketException _) {
            // The server hung up, as it may.
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Conversations after the holes that other targets had; the files are named for them. */
    private static List<byte[]> corpus() throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("src/test/resources/iscsi/corpus"), "*.bin")) {
            for (Path file : files) {
                all.add(Files.readAllBytes(file));
            }
        }
        assertThat(all).isNotEmpty();
        return all;
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[random.nextInt(400)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] login(Initiator bad, Random random) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(Initiator.names(Portal.DISK));
        if (random.nextBoolean()) {
            text.writeBytes(Initiator.text("InitialR2T=No", "MaxOutstandingR2T=4"));
        }
        if (random.nextInt(3) == 0) {
            text.writeBytes(Initiator.text("MaxBurstLength=1024", "FirstBurstLength=512"));
        }
        ByteBuffer login = Initiator.header(Opcode.LOGIN | 0x40, 0x87);
        login.putLong(8, (long) bad.isid << 16).putInt(24, bad.cmdSn);
        return bad.bytes(login, text.toByteArray());
    }

    /** A handful of valid requests, as one run of bytes. */
    private static byte[] requests(Initiator bad, Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = random.nextInt(12); i > 0; i--) {
            bytes.writeBytes(request(bad, random));
        }
        return bytes.toByteArray();
    }

    private static byte[] request(Initiator bad, Random random) {
        int tag = random.nextInt(6);
        int blocks = random.nextInt(8);
        int expected = blocks * BLOCK;
        return switch (random.nextInt(9)) {
            case 0, 1 ->
                    bad.bytes(
                            bad.commandHeader(
                                    tag, 0xc0, Initiator.cdb10(0x28, 0, blocks), expected),
                            new byte[0]);
            case 2 ->
                    bad.bytes(
                            bad.commandHeader(
                                    tag, 0xa0, Initiator.cdb10(0x2a, 0, blocks), expected),
                            new byte[expected]);
            case 3 ->
                    bad.bytes(
                            bad.commandHeader(
                                    tag,
                                    random.nextBoolean() ? 0x20 : 0xa0,
                                    Initiator.cdb10(0x2a, 0, blocks),
                                    expected),
                            new byte[0]);
            case 4, 5 -> {
                ByteBuffer data = Initiator.header(Opcode.DATA_OUT, random.nextInt(2) << 7);
                data.putInt(16, tag).putInt(20, random.nextInt(6) - 1);
                data.putInt(36, random.nextInt(2)).putInt(40, random.nextInt(3) * BLOCK);
                yield bad.bytes(data, new byte[random.nextInt(2 * BLOCK)]);
            }
            case 6 -> {
                ByteBuffer manage = Initiator.header(Opcode.TASK_MANAGEMENT | 0x40, 0x80);
                manage.put(1, (byte) (0x80 | random.nextInt(9)));
                manage.putInt(16, 50 + tag).putInt(20, tag).putInt(24, bad.cmdSn);
                yield bad.bytes(manage, new byte[0]);
            }
            case 7 -> {
                ByteBuffer text = Initiator.header(Opcode.TEXT | 0x40, 0x80);
                text.putInt(16, tag).putInt(20, random.nextInt(4) - 1);
                yield bad.bytes(text, Initiator.text("SendTargets=", "X=1"));
            }
            default -> {
                ByteBuffer any = Initiator.header(random.nextInt(64) | 0x40, random.nextInt(256));
                any.putInt(16, tag);
                yield bad.bytes(any, new byte[random.nextInt(100)]);
            }
        };
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = bytes;
        for (int i = random.nextInt(4); i > 0 && mutated.length > 0; i--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(5)) {
                case 0 -> mutated[at] = (byte) random.nextInt();
                case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutated[at] = random.nextBoolean() ? (byte) 0xff : 0;
                case 3 -> mutated = Arrays.copyOf(mutated, at);
                default -> mutated = repeat(mutated, at / 48 * 48);
            }
        }
        return mutated;
    }

    /** Sends 48 bytes again, which is often a whole PDU. */
    private static byte[] repeat(byte[] bytes, int at) {
        List<Byte> longer = new ArrayList<>();
        for (byte b : bytes) {
            longer.add(b);
        }
        int end = Math.min(bytes.length, at + 48);
        longer.addAll(end, List.copyOf(longer.subList(at, end)));
        byte[] result = new byte[longer.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = longer.get(i);
        }
        return result;
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.Capabilities;
import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AtomicCommandsTest {
    private static final String COMPARE_AND_WRITE =
            "89 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00";

    private final MemoryDevice device = Units.device();
    private final ScsiTarget target = Units.target();
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        client = ScsiClient.attach(target, "one");
    }

    private static byte[] pair(byte[] compare, byte[] write) {
        byte[] both = Arrays.copyOf(compare, compare.length + write.length);
        System.arraycopy(write, 0, both, compare.length, write.length);
        return both;
    }

    @Test
    void shouldWriteWhenTheBlocksAreAsExpected() {
        byte[] after = ScsiClient.filled(512, 7);

        assertThat(client.run(COMPARE_AND_WRITE, pair(new byte[512], after)).outcome())
                .isEqualTo("GOOD");

        assertThat(device.contents(0, 512)).isEqualTo(after);
    }

    @Test
    void shouldSayWhereTheBlocksDifferAndWriteNothing() {
        byte[] expected = new byte[512];
        expected[485] = 1;

        ScsiClient.Reply reply =
                client.run(COMPARE_AND_WRITE, pair(expected, ScsiClient.filled(512, 7)));

        assertThat(reply.outcome()).isEqualTo("02 0e/1d/00");
        assertThat(reply.rawSense()[0] & 0x80).as("VALID").isNotZero();
        assertThat(ByteBuffer.wrap(reply.rawSense()).getInt(3)).isEqualTo(485);
        assertThat(device.contents(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldRefuseMoreBlocksThanItPromises() {
        String tooMany = "89 00 00 00 00 00 00 00 00 00 00 00 00 81 00 00";

        assertThat(client.run(tooMany, new byte[2 * 129 * 512]).outcome()).isEqualTo("02 05/24/00");
    }

    @Test
    void shouldRefuseHalfOfTheData() {
        assertThat(client.run(COMPARE_AND_WRITE, new byte[512]).outcome()).isEqualTo("02 05/0e/03");
    }

    @Test
    void shouldRefuseWhenTheInitiatorMeansAnotherNumberOfBlocks() {
        client.task()
                .begin(
                        0,
                        1,
                        TaskAttribute.SIMPLE,
                        ByteBuffer.wrap(ScsiClient.bytes(COMPARE_AND_WRITE)),
                        4 * 512);

        assertThat(client.reply().outcome()).isEqualTo("02 05/24/00");
        client.task().end();
    }

    @Test
    void shouldMergeWithOr() {
        client.run("2a 00 00 00 00 00 00 00 01 00", ScsiClient.filled(512, 0x0f));

        String orWrite = "8b 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00";
        assertThat(client.run(orWrite, ScsiClient.filled(512, 0x30)).outcome()).isEqualTo("GOOD");

        assertThat(device.contents(0, 512)).isEqualTo(ScsiClient.filled(512, 0x3f));
    }

    @Test
    void shouldOfferAtomicWritesOnlyWhereTheDeviceNeverTearsThem() {
        String writeAtomic = "9c 00 00 00 00 00 00 00 00 00 00 00 00 08 00 00";
        assertThat(client.run(writeAtomic, new byte[4096]).outcome()).isEqualTo("02 05/20/00");

        MemoryDevice untorn =
                new MemoryDevice(4 << 20, new Capabilities(false, true, true, 4096, 65536));
        target.add(1, Units.thin(2, untorn));
        client.lun(1).run("00 00 00 00 00 00");

        byte[] data = ScsiClient.filled(4096, 3);
        assertThat(client.run(writeAtomic, data).outcome()).isEqualTo("GOOD");
        assertThat(untorn.contents(0, 4096)).isEqualTo(data);
        String tooLong = "9c 00 00 00 00 00 00 00 00 00 00 00 00 09 00 00";
        assertThat(client.run(tooLong, new byte[9 * 512]).outcome()).isEqualTo("02 05/24/00");
    }

    /** Every thread raises a counter in the block by compare and write; no increment is lost. */
    @Test
    void shouldLetNoCommandComeBetween() throws InterruptedException {
        int threads = 4;
        int increments = 300;
        AtomicInteger failures = new AtomicInteger();
        Thread[] workers = new Thread[threads];
        for (int number = 0; number < threads; number++) {
            String name = "worker" + number;
            workers[number] =
                    new Thread(() -> {
                        try (ScsiClient own = ScsiClient.attach(target, name)) {
                            for (int done = 0; done < increments; done++) {
                                increment(own);
                            }
                        } catch (RuntimeException | AssertionError e) {
                            failures.incrementAndGet();
                        }
                    });
            workers[number].start();
        }
        for (Thread worker : workers) {
            worker.join();
        }

        assertThat(failures).hasValue(0);
        assertThat(ByteBuffer.wrap(device.contents(0, 4)).getInt()).isEqualTo(threads * increments);
    }

    private static void increment(ScsiClient client) {
        while (true) {
            byte[] before = client.run("28 00 00 00 00 00 00 00 01 00").data();
            ByteBuffer after = ByteBuffer.wrap(before.clone());
            after.putInt(0, after.getInt(0) + 1);
            String outcome = client.run(COMPARE_AND_WRITE, pair(before, after.array())).outcome();
            if (outcome.equals("GOOD")) {
                return;
            }
            assertThat(outcome).isEqualTo("02 0e/1d/00");
        }
    }
}

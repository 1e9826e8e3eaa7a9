package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random and mutated commands: whatever comes, the answer keeps to the rules. */
class ScsiTaskFuzzTest {
    private static final int ROUNDS = 6000;
    private static final int MAX_DATA_BYTES = 4096;
    private static final int DEVICE_BYTES = 128 << 10;
    private static final int HARDWARE_ERROR = 0x4;

    private final MemoryDevice device = new MemoryDevice(DEVICE_BYTES);
    private final MemoryDevice other = new MemoryDevice(DEVICE_BYTES);
    private final ScsiTarget target = Units.target();
    private ScsiClient client;
    private int good;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        LogicalUnitConfig large = Units.config(2, 4096, false, true);
        target.add(3, new LogicalUnit(large, other, ReservationStore.volatileStore()));
        client = ScsiClient.attach(target, "fuzz");
    }

    @AfterEach
    void detach() {
        client.close();
    }

    @Test
    void shouldAnswerAnyBytes() {
        long seed = System.nanoTime();
        System.out.println("ScsiTaskFuzzTest.shouldAnswerAnyBytes seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] cdb = new byte[random.nextInt(40)];
            random.nextBytes(cdb);
            send(random, randomLun(random), cdb);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAnswerMutatedCommands(long fixedSeed) {
        mutate(fixedSeed);
    }

    @Test
    void shouldAnswerMutatedCommandsOfARandomSeed() {
        long seed = System.nanoTime();
        System.out.println("ScsiTaskFuzzTest.shouldAnswerMutatedCommands seed " + seed);
        mutate(seed);
    }

    private void mutate(long seed) {
        Random random = new Random(seed);
        List<Operation> operations = Operations.all().list();
        for (int round = 0; round < ROUNDS; round++) {
            Operation operation = operations.get(random.nextInt(operations.size()));
            byte[] cdb = new byte[16];
            operation.usage().duplicate().get(cdb, 0, operation.cdbBytes());
            for (int at = 1; at < cdb.length; at++) {
                int mask = cdb[at];
                cdb[at] = (byte) (small(random) & mask);
            }
            if (operation.hasServiceAction()) {
                cdb[1] = (byte) (operation.serviceAction() | (cdb[1] & 0xe0));
            }
            if (random.nextInt(4) == 0) {
                cdb[1 + random.nextInt(15)] ^= (byte) (1 << random.nextInt(8));
            }
            send(random, LunAddress.encode(random.nextBoolean() ? 0 : 3), cdb);
        }
        assertThat(good).as("commands that got through").isGreaterThan(ROUNDS / 10);
    }

    /** Mostly zeros and small values, so that many commands get past their checks. */
    private static int small(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(256);
            case 1 -> random.nextInt(4);
            case 2 -> 0xff;
            default -> 0;
        };
    }

    private static long randomLun(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> LunAddress.encode(random.nextInt(256));
            default -> 0;
        };
    }

    private void send(Random random, long lun, byte[] cdb) {
        ScsiTask task = client.task();
        String shown = Arrays.toString(cdb) + " to " + Long.toHexString(lun);
        task.begin(lun, 1, TaskAttribute.SIMPLE, ByteBuffer.wrap(cdb));
        assertThat(task.dataOutBytes()).as(shown).isNotNegative();
        assertThat(task.dataInCapacityHint()).as(shown).isBetween(0, ScsiLimits.MAX_TRANSFER_BYTES);
        int outLength = outLength(random, task.dataOutBytes());
        byte[] data = parameterList(random, outLength);
        client.out().copyFrom(data, 0, 0, outLength);
        int capacity = Math.min(task.dataInCapacityHint(), random.nextInt(MAX_DATA_BYTES));
        client.in().setLong(capacity, 0x5afe5afe5afe5afeL);
        boolean innocent = cdb.length > 0 && isInnocent(cdb);
        long before = innocent ? contents() : 0;

        task.run(client.out(), 0, outLength, client.in(), 0, capacity);

        check(task, capacity, shown);
        if (innocent) {
            assertThat(contents()).as("untouched by " + shown).isEqualTo(before);
        }
        task.end();
    }

    private void check(ScsiTask task, int capacity, String shown) {
        assertThat(task.dataInStored()).as(shown).isBetween(0, capacity);
        assertThat(client.in().getLong(capacity)).as(shown).isEqualTo(0x5afe5afe5afe5afeL);
        switch (task.status()) {
            case ScsiStatus.GOOD -> {
                good++;
                assertThat(task.senseLength()).as(shown).isZero();
                assertThat(task.dataInLength())
                        .as(shown)
                        .isGreaterThanOrEqualTo(task.dataInStored());
            }
            case ScsiStatus.CHECK_CONDITION -> {
                assertThat(task.dataInStored()).as(shown).isZero();
                assertThat(task.dataInLength()).as(shown).isZero();
                ByteBuffer sense = ByteBuffer.allocate(SenseCodec.MAX_BYTES);
                task.sense(sense);
                boolean fixed = (sense.get(0) & 0x7f) == 0x70;
                int key = sense.get(fixed ? 2 : 1) & 0x0f;
                assertThat(key).as("no internal failure: " + shown).isNotEqualTo(HARDWARE_ERROR);
            }
            case ScsiStatus.RESERVATION_CONFLICT ->
                    assertThat(task.dataInStored()).as(shown).isZero();
            default -> throw new AssertionError(task.status() + " for " + shown);
        }
    }

    /** Commands that must never change the medium. */
    private static boolean isInnocent(byte[] cdb) {
        Operation operation;
        try {
            byte[] padded = Arrays.copyOf(cdb, Math.max(16, cdb.length));
            operation = Operations.all().find(ByteBuffer.wrap(padded));
        } catch (CheckCondition _) {
            return true;
        }
        return operation.access() != Access.WRITE;
    }

    private long contents() {
        CRC32C crc = new CRC32C();
        crc.update(device.contents(0, DEVICE_BYTES));
        crc.update(other.contents(0, DEVICE_BYTES));
        return crc.getValue();
    }

    private static int outLength(Random random, long announced) {
        int most = (int) Math.min(announced, MAX_DATA_BYTES);
        return random.nextInt(3) == 0 ? random.nextInt(most + 1) : most;
    }

    private static byte[] parameterList(Random random, int length) {
        byte[] data = new byte[length];
        for (int at = 0; at < length; at++) {
            data[at] = (byte) small(random);
        }
        return data;
    }
}

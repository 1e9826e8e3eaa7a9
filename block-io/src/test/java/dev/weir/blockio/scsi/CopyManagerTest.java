package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CopyManagerTest {
    private static final int BLOCKS = 1500;

    private final MemoryDevice source = Units.device();
    private final MemoryDevice destination = Units.device();
    private final MemoryDevice elsewhere = Units.device();
    private final ScsiTarget target = Units.target();
    private final ScsiTarget otherTarget = Units.target();
    private final byte[] data = new byte[BLOCKS * 512];
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, source));
        target.add(1, Units.thin(2, destination));
        otherTarget.add(0, Units.thin(3, elsewhere));
        client = ScsiClient.attach(target, "one");
        client.lun(1).run("00 00 00 00 00 00");
        client.lun(0);
        new Random(1).nextBytes(data);
        client.run("8a 00 00 00 00 00 00 00 00 00 00 00 05 dc 00 00", data);
    }

    private static ByteBuffer list(int listId, int cscds, int segments) {
        ByteBuffer list = ByteBuffer.allocate(16 + cscds * 32 + segments * 28);
        list.put((byte) listId).put((byte) 0).putShort((short) (cscds * 32)).putInt(0);
        return list.putInt(segments * 28).putInt(0);
    }

    private static void cscd(ByteBuffer list, int unit) {
        int start = list.position();
        list.put((byte) 0xe4).put((byte) 0).putShort((short) 0);
        list.put((byte) 1).put((byte) 3).put((byte) 0).put((byte) 16);
        list.putLong(0x6001_4050_0000_0000L).putLong(unit);
        list.putInt(start + 28, 512).position(start + 32);
    }

    private static void segment(ByteBuffer list, int from, int to, long fromLba, long toLba) {
        list.put((byte) 2).put((byte) 0).putShort((short) 24);
        list.putShort((short) from).putShort((short) to).putShort((short) 0);
        list.putShort((short) BLOCKS).putLong(fromLba).putLong(toLba);
    }

    private String copy(ByteBuffer list) {
        byte[] bytes = new byte[list.capacity()];
        list.get(0, bytes);
        return client.run(
                        String.format("83 00 00 00 00 00 00 00 00 00 %08x 00 00", bytes.length),
                        bytes)
                .outcome();
    }

    private static ByteBuffer copyTo(int unit, long toLba) {
        ByteBuffer list = list(7, 2, 1);
        cscd(list, 1);
        cscd(list, unit);
        segment(list, 0, 1, 0, toLba);
        return list;
    }

    private ByteBuffer copyStatus(int listId) {
        return client.run(
                        String.format("84 00 %02x 00 00 00 00 00 00 00 00 00 01 00 00 00", listId))
                .buffer();
    }

    @Test
    void shouldCopyFromOneUnitToAnother() {
        assertThat(copy(copyTo(2, 100))).isEqualTo("GOOD");

        assertThat(destination.contents(100 * 512, data.length)).isEqualTo(data);
        ByteBuffer status = copyStatus(7);
        assertThat(status.get(4)).as("completed").isEqualTo((byte) 1);
        assertThat(status.getInt(8)).isEqualTo(data.length);
        assertThat(client.run("84 00 08 00 00 00 00 00 00 00 00 00 01 00 00 00").outcome())
                .as("no such list")
                .isEqualTo("02 05/24/00");
    }

    @Test
    void shouldTakeNoSpaceForZeros() throws StorageException {
        assertThat(copy(copyTo(2, 0))).isEqualTo("GOOD");
        ByteBuffer list = list(8, 2, 1);
        cscd(list, 1);
        cscd(list, 2);
        segment(list, 0, 1, 2 * BLOCKS, 0);

        assertThat(copy(list)).isEqualTo("GOOD");

        assertThat(destination.contents(0, data.length)).containsOnly(0);
        List<Boolean> holes = new ArrayList<>();
        destination.blockStatus(
                0,
                data.length - data.length % MemoryDevice.BLOCK_BYTES,
                (_, hole, _) -> holes.add(hole));
        assertThat(holes).containsOnly(true);
    }

    @Test
    void shouldCopyWithinAUnitEvenWhereItOverlaps() {
        assertThat(copy(copyTo(1, 3))).isEqualTo("GOOD");

        assertThat(source.contents(3 * 512, data.length)).isEqualTo(data);
    }

    /**
     * Whoever is not shown a unit cannot copy from or to it, whatever its name (CVE-2020-28374).
     */
    @Test
    void shouldCopyBetweenTwoUnitsOnOneDeviceEvenWhereItOverlaps() {
        target.add(2, Units.thin(4, source));
        client.run("00 00 00 00 00 00");

        assertThat(copy(copyTo(4, 10))).isEqualTo("GOOD");

        assertThat(source.contents(10 * 512, data.length)).isEqualTo(data);
    }

    @Test
    void shouldNotReachUnitsThatTheInitiatorDoesNotSee() {
        assertThat(copy(copyTo(3, 0))).isEqualTo("02 0a/0d/02");

        assertThat(elsewhere.contents(0, data.length)).isEqualTo(new byte[data.length]);
        assertThat(copyStatus(7).get(4)).as("failed").isEqualTo((byte) 2);
    }

    @Test
    void shouldRespectReservationsOfBothEnds() {
        ScsiClient holder = ScsiClient.attach(target, "holder").lun(1);
        holder.run("00 00 00 00 00 00");
        byte[] register = new byte[24];
        register[15] = 1;
        holder.run("5f 06 00 00 00 00 00 00 18 00", register);
        byte[] reserve = new byte[24];
        reserve[7] = 1;
        assertThat(holder.run("5f 01 01 00 00 00 00 00 18 00", reserve).isGood()).isTrue();

        assertThat(copy(copyTo(2, 0))).isEqualTo("02 0a/0d/01");

        assertThat(destination.contents(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldNotWriteToAReadOnlyUnit() {
        LogicalUnitConfig readOnly = Units.config(4, 512, true, true);
        target.add(4, new LogicalUnit(readOnly, elsewhere, ReservationStore.volatileStore()));
        client.run("00 00 00 00 00 00");

        assertThat(copy(copyTo(4, 0))).isEqualTo("02 07/27/00");
        assertThat(elsewhere.contents(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldCheckItsParameterList() {
        ByteBuffer behindTheEnd = copyTo(2, 8192 - BLOCKS + 1);
        assertThat(copy(behindTheEnd)).isEqualTo("02 0a/00/00");

        ByteBuffer badIndex = copyTo(2, 0);
        badIndex.putShort(16 + 64 + 6, (short) 2);
        assertThat(copy(badIndex)).isEqualTo("02 0a/0d/02");

        ByteBuffer badType = copyTo(2, 0);
        badType.put(16, (byte) 0xe0);
        assertThat(copy(badType)).isEqualTo("02 05/26/07");

        ByteBuffer badSegment = copyTo(2, 0);
        badSegment.put(16 + 64, (byte) 3);
        assertThat(copy(badSegment)).isEqualTo("02 05/26/09");

        ByteBuffer cutOff = copyTo(2, 0);
        cutOff.putInt(8, 29);
        assertThat(copy(cutOff)).isEqualTo("02 05/1a/00");

        assertThat(copy(list(1, 17, 0))).isEqualTo("02 05/26/06");
        ByteBuffer longDesignator = copyTo(2, 0);
        longDesignator.put(16 + 7, (byte) 0xff);
        assertThat(copy(longDesignator)).isEqualTo("02 05/26/00");
    }

    @Test
    void shouldTellItsLimits() {
        ByteBuffer limits = client.run("84 03 00 00 00 00 00 00 00 00 00 00 01 00 00 00").buffer();

        assertThat(limits.getInt(0)).isEqualTo(limits.limit() - 4);
        assertThat(limits.getShort(8)).isEqualTo((short) 16);
        assertThat(limits.getShort(10)).isEqualTo((short) 64);
        assertThat(limits.get(44)).isEqualTo((byte) 2);
        assertThat(limits.get(45) & 0xff).isEqualTo(0xe4);
    }
}

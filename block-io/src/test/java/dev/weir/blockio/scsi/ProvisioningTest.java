package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProvisioningTest {
    private static final int BLOCKS_PER_DEVICE_BLOCK = MemoryDevice.BLOCK_BYTES / 512;

    private final MemoryDevice device = Units.device();
    private final ScsiTarget target = Units.target();
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        client = ScsiClient.attach(target, "one");
        client.run("2a 00 00 00 00 00 00 01 00 00", ScsiClient.filled(256 * 512, 0x11));
    }

    private static byte[] extents(long... lbaAndBlocks) {
        ByteBuffer list = ByteBuffer.allocate(8 + 8 * lbaAndBlocks.length);
        list.putShort((short) (list.capacity() - 2)).putShort((short) (8 * lbaAndBlocks.length));
        list.position(8);
        for (int at = 0; at < lbaAndBlocks.length; at += 2) {
            list.putLong(lbaAndBlocks[at]).putInt((int) lbaAndBlocks[at + 1]).putInt(0);
        }
        return list.array();
    }

    private String unmap(byte[] list) {
        return client.run(String.format("42 00 00 00 00 00 00 %04x 00", list.length), list)
                .outcome();
    }

    @Test
    void shouldGiveSpaceBack() {
        long before = device.mappedBytes();

        assertThat(unmap(extents(0, BLOCKS_PER_DEVICE_BLOCK))).isEqualTo("GOOD");

        assertThat(device.mappedBytes()).isEqualTo(before - MemoryDevice.BLOCK_BYTES);
        assertThat(device.contents(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldUnmapNothingAtAll() {
        assertThat(unmap(new byte[0])).isEqualTo("GOOD");
        assertThat(unmap(extents())).isEqualTo("GOOD");
        assertThat(unmap(extents(0, 0, 8192, 0))).isEqualTo("GOOD");
        assertThat(device.contents(0, 512)).isEqualTo(ScsiClient.filled(512, 0x11));
    }

    @Test
    void shouldRefuseAListWithOneBadExtentAsAWhole() {
        assertThat(unmap(extents(0, 1, 8192, 1))).isEqualTo("02 05/21/00");
        assertThat(unmap(extents(0, 1, -1, 0xffff_ffffL))).isEqualTo("02 05/21/00");
        assertThat(device.contents(0, 512)).isEqualTo(ScsiClient.filled(512, 0x11));
    }

    @Test
    void shouldRefuseTooMuchAndTooLittle() {
        assertThat(unmap(extents(new long[2 * 256]))).isEqualTo("02 05/26/00");
        assertThat(unmap(new byte[7])).isEqualTo("02 05/1a/00");
        byte[] cutOff = extents(0, 1);
        cutOff[3] = 32;
        assertThat(unmap(cutOff)).isEqualTo("02 05/1a/00");
        assertThat(client.run("42 01 00 00 00 00 00 00 00 00").outcome())
                .as("ANCHOR")
                .isEqualTo("02 05/24/00");
    }

    @Test
    void shouldNotOfferUnmapOnAThickUnit() {
        LogicalUnitConfig thick = Units.config(2, 512, false, false);
        target.add(1, new LogicalUnit(thick, device, ReservationStore.volatileStore()));
        client.lun(1).run("00 00 00 00 00 00");

        assertThat(client.run("42 00 00 00 00 00 00 00 00 00").outcome()).isEqualTo("02 05/20/00");
        assertThat(
                        client.run("93 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00", new byte[512])
                                .outcome())
                .isEqualTo("02 05/24/00");
    }

    @Test
    void shouldDescribeRunsFromTheBlockAskedFor() {
        String status = "9e 12 00 00 00 00 00 00 00 05 00 00 00 38 00 00";

        ByteBuffer list = client.run(status).buffer();

        assertThat(list.getInt(0)).isEqualTo(4 + 2 * 16);
        assertThat(list.getLong(8)).isEqualTo(5);
        assertThat(list.getInt(16)).isEqualTo(256 - 5);
        assertThat(list.get(20)).as("mapped").isZero();
        assertThat(list.getLong(24)).isEqualTo(256);
        assertThat(list.getInt(32)).isEqualTo(8192 - 256);
        assertThat(list.get(36)).as("deallocated").isEqualTo((byte) 1);
    }

    @Test
    void shouldDescribeOneRunWhereThereIsRoomForOne() {
        String status = "9e 12 00 00 00 00 00 00 00 00 00 00 00 18 00 00";

        ByteBuffer list = client.run(status).buffer();

        assertThat(list.getInt(0)).isEqualTo(20);
        assertThat(list.getInt(16)).isEqualTo(256);
    }

    @Test
    void shouldRefuseToDescribeWhatIsBehindTheEnd() {
        assertThat(client.run("9e 12 00 00 00 00 00 00 20 00 00 00 00 18 00 00").outcome())
                .isEqualTo("02 05/21/00");
        assertThat(client.run("9e 12 80 00 00 00 00 00 00 00 00 00 00 18 00 00").outcome())
                .isEqualTo("02 05/21/00");
    }

    @Test
    void shouldWriteTheSameBlockOverARange() {
        byte[] pattern = new byte[512];
        pattern[0] = 9;
        pattern[511] = 7;

        String writeSame = "93 00 00 00 00 00 00 00 00 02 00 00 08 00 00 00";
        assertThat(client.run(writeSame, pattern).outcome()).isEqualTo("GOOD");

        assertThat(device.contents(512, 512)).isEqualTo(ScsiClient.filled(512, 0x11));
        assertThat(device.contents(2 * 512, 512)).isEqualTo(pattern);
        assertThat(device.contents((2 + 2047) * 512, 512)).isEqualTo(pattern);
        assertThat(device.contents((2 + 2048) * 512, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldUnmapByWritingZeros() {
        long before = device.mappedBytes();

        String unmap = "41 08 00 00 00 00 00 00 80 00";
        assertThat(client.run(unmap, new byte[512]).outcome()).isEqualTo("GOOD");
        assertThat(device.mappedBytes()).isEqualTo(before - MemoryDevice.BLOCK_BYTES);

        String noBuffer = "93 09 00 00 00 00 00 00 00 80 00 00 00 80 00 00";
        assertThat(client.run(noBuffer).outcome()).isEqualTo("GOOD");
        assertThat(device.mappedBytes()).isEqualTo(before - 2 * MemoryDevice.BLOCK_BYTES);

        String keepSpace = "41 00 00 00 00 00 00 00 80 00";
        assertThat(client.run(keepSpace, new byte[512]).outcome()).isEqualTo("GOOD");
        assertThat(device.mappedBytes()).isEqualTo(before - MemoryDevice.BLOCK_BYTES);
    }

    @Test
    void shouldNotTakeNoLengthForAllBlocks() {
        byte[] pattern = ScsiClient.filled(512, 5);

        assertThat(client.run("41 00 00 00 1f fe 00 00 00 00", pattern).outcome())
                .isEqualTo("02 05/24/00");
        assertThat(client.run("41 00 00 00 00 00 00 00 01 00", new byte[256]).outcome())
                .isEqualTo("02 05/0e/03");
    }

    /** With LBPRZ, blocks of other data than zeros are written and not unmapped (SBC-3 5.44). */
    @Test
    void shouldNotUnmapWhatIsNotZero() {
        byte[] pattern = ScsiClient.filled(512, 5);

        assertThat(client.run("41 08 00 00 00 00 00 00 80 00", pattern).outcome())
                .isEqualTo("GOOD");

        assertThat(device.contents(127 * 512, 512)).isEqualTo(pattern);
    }
}

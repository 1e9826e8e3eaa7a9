package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModePagesTest {
    private static final String WRITE = "2a 00 00 00 00 00 00 00 01 00";
    private static final String READY = "00 00 00 00 00 00";

    private final MemoryDevice device = Units.device();
    private final ScsiTarget target = Units.target();
    private ScsiClient one;
    private ScsiClient two;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        one = ScsiClient.attach(target, "one");
        two = ScsiClient.attach(target, "two");
    }

    /** A parameter list of MODE SELECT (6) with the page as it is, but for one byte. */
    private byte[] list(int page, int offset, int value) {
        byte[] sensed = one.run(String.format("1a 08 %02x 00 ff 00", page)).data();
        sensed[0] = 0;
        sensed[2] = 0;
        sensed[4 + offset] = (byte) value;
        return sensed;
    }

    private String select(byte[] list) {
        return one.run(String.format("15 10 00 00 %02x 00", list.length), list).outcome();
    }

    @Test
    void shouldReturnHeaderBlockDescriptorAndPages() {
        byte[] six = one.run("1a 00 3f 00 ff 00").data();
        assertThat(six[0] & 0xff).isEqualTo(six.length - 1);
        assertThat(six[2]).as("DPOFUA, not write-protected").isEqualTo((byte) 0x10);
        assertThat(six[3]).isEqualTo((byte) 8);
        assertThat(ByteBuffer.wrap(six).getInt(4)).isEqualTo(8192);
        assertThat(ByteBuffer.wrap(six).getInt(8)).isEqualTo(512);
        assertThat(six[12]).as("error recovery").isEqualTo((byte) 0x01);
        assertThat(six[24]).as("caching").isEqualTo((byte) 0x08);
        assertThat(six[26] & 0x04).as("WCE").isNotZero();

        byte[] ten = one.run("5a 10 3f ff 00 00 00 01 00 00").data();
        assertThat(ByteBuffer.wrap(ten).getShort(0)).isEqualTo((short) (ten.length - 2));
        assertThat(ten[4]).as("LONGLBA").isEqualTo((byte) 1);
        assertThat(ByteBuffer.wrap(ten).getLong(8)).isEqualTo(8192);
        assertThat(ten.length).as("with subpages").isEqualTo(8 + 16 + 12 + 20 + 12 + 32 + 12);
    }

    @ParameterizedTest
    @CsvSource({
        "1a 00 05 00 ff 00, 02 05/24/00",
        "1a 00 0a 07 ff 00, 02 05/24/00",
        "1a 00 ca 00 ff 00, 02 05/39/00",
        "15 11 00 00 00 00, 02 05/24/00",
        "15 00 00 00 00 00, 02 05/24/00",
        "15 10 00 00 00 00, GOOD"
    })
    void shouldRefuseWhatItDoesNotHave(String cdb, String outcome) {
        assertThat(one.run(cdb).outcome()).isEqualTo(outcome);
    }

    @Test
    void shouldProtectAgainstWritesAndTellTheOthers() {
        assertThat(select(list(0x0a, 4, 0x08))).isEqualTo("GOOD");

        assertThat(two.run(READY).outcome()).isEqualTo("02 06/2a/01");
        assertThat(one.run(READY).outcome()).isEqualTo("GOOD");
        assertThat(two.run(WRITE, new byte[512]).outcome()).isEqualTo("02 07/27/02");
        assertThat(one.run("1a 08 0a 00 ff 00").data()[2] & 0x80).as("WP").isNotZero();
        assertThat(one.run("1a 08 8a 00 ff 00").data()[8]).as("default").isZero();

        one.nexus().manage(TaskManagement.LOGICAL_UNIT_RESET, 0, 0);
        one.run(READY);
        assertThat(one.run(WRITE, new byte[512]).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldSendSenseInDescriptorsWhenAskedTo() {
        String behindTheEnd = "88 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00";
        assertThat(one.run(behindTheEnd).rawSense()[0] & 0x7f).isEqualTo(0x70);

        assertThat(select(list(0x0a, 2, 0x04))).isEqualTo("GOOD");

        ScsiClient.Reply reply = one.run(behindTheEnd);
        assertThat(reply.outcome()).isEqualTo("02 05/21/00");
        assertThat(reply.rawSense()[0]).isEqualTo((byte) 0x72);
        assertThat(ByteBuffer.wrap(reply.rawSense()).getLong(12)).isEqualTo(0x1_0000_0000L);
    }

    @Test
    void shouldMakeWritesDurableWithoutWriteCache() {
        assertThat(select(list(0x08, 2, 0x00))).isEqualTo("GOOD");

        one.run(WRITE, new byte[512]);

        assertThat(device.durableWrites()).isEqualTo(1);
    }

    @Test
    void shouldChangeNothingWhenOneBitCannotBeChanged() {
        byte[] list = list(0x0a, 4, 0x08);
        list[4 + 2] |= 0x20; // TST

        assertThat(select(list)).isEqualTo("02 05/26/00");

        assertThat(one.run(WRITE, new byte[512]).outcome()).isEqualTo("GOOD");
        assertThat(two.run(READY).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldRefuseListsThatAreCutOffOrResizeTheMedium() {
        byte[] whole = list(0x0a, 4, 0x08);
        byte[] cutOff = Arrays.copyOf(whole, whole.length - 1);
        assertThat(select(cutOff)).isEqualTo("02 05/1a/00");
        assertThat(select(new byte[3])).isEqualTo("02 05/1a/00");

        byte[] descriptor = ScsiClient.bytes("00 00 00 08 00 00 00 01 00 00 02 00");
        assertThat(select(descriptor)).isEqualTo("02 05/26/00");
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.StorageFailure;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
    private final MemoryDevice device = Units.device();
    private final ScsiTarget target = Units.target();
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        client = ScsiClient.attach(target, "one");
        client.run("2a 00 00 00 00 00 00 00 04 00", ScsiClient.filled(4 * 512, 0x42));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2f 02 00 00 00 00 00 00 03 00",
                "af 02 00 00 00 00 00 00 00 03 00 00",
                "8f 02 00 00 00 00 00 00 00 00 00 00 00 03 00 00"
            })
    void shouldCompareEveryByte(String cdb) {
        byte[] data = ScsiClient.filled(3 * 512, 0x42);
        assertThat(client.run(cdb, data).outcome()).isEqualTo("GOOD");

        data[1001] ^= 1;
        ScsiClient.Reply reply = client.run(cdb, data);

        assertThat(reply.outcome()).isEqualTo("02 0e/1d/00");
        assertThat(ByteBuffer.wrap(reply.rawSense()).getInt(3)).isEqualTo(1001);
    }

    @Test
    void shouldCompareOneBlockWithAllOfThem() {
        String four = "2f 06 00 00 00 00 00 00 04 00";
        String five = "2f 06 00 00 00 00 00 00 05 00";
        byte[] block = ScsiClient.filled(512, 0x42);

        assertThat(client.run(four, block).outcome()).isEqualTo("GOOD");
        ScsiClient.Reply reply = client.run(five, block);
        assertThat(reply.outcome()).isEqualTo("02 0e/1d/00");
        assertThat(ByteBuffer.wrap(reply.rawSense()).getInt(3)).isEqualTo(4 * 512);
        assertThat(client.run(four, new byte[100]).outcome()).isEqualTo("02 05/0e/03");
    }

    @Test
    void shouldReadTheMediumWithoutDataToCompare() {
        String cdb = "2f 00 00 00 00 00 00 20 00 00";
        assertThat(client.run(cdb).outcome()).isEqualTo("GOOD");

        device.fail(MemoryDevice.Operation.READ, new StorageFailure.DeviceFailed("disk", "broken"));
        assertThat(client.run(cdb).outcome()).isEqualTo("02 03/11/00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2f 04 00 00 00 00 00 00 01 00",
                "2f 20 00 00 00 00 00 00 01 00",
                "2e 04 00 00 00 00 00 00 01 00"
            })
    void shouldRefuseWhatIsReserved(String cdb) {
        assertThat(client.run(cdb, new byte[512]).outcome()).isEqualTo("02 05/24/00");
    }

    @Test
    void shouldWriteDurablyAndVerify() {
        byte[] data = ScsiClient.filled(512, 0x17);

        assertThat(client.run("2e 02 00 00 00 08 00 00 01 00", data).outcome()).isEqualTo("GOOD");

        assertThat(device.contents(8 * 512, 512)).isEqualTo(data);
        assertThat(device.durableWrites()).isEqualTo(1);
    }

    @Test
    void shouldFlushAndPrefetch() {
        assertThat(client.run("35 00 00 00 00 00 00 00 00 00").outcome()).isEqualTo("GOOD");
        assertThat(device.flushes()).isEqualTo(1);
        assertThat(client.run("34 00 00 00 00 00 00 00 08 00").outcome()).isEqualTo("GOOD");
        assertThat(client.run("91 00 00 00 00 00 00 00 20 01 00 00 00 00 00 00").outcome())
                .isEqualTo("02 05/21/00");
        assertThat(client.run("1b 00 00 00 00 00").outcome()).as("STOP").isEqualTo("GOOD");
        assertThat(device.flushes()).isEqualTo(2);
        assertThat(client.run("1b 00 00 00 02 00").outcome()).as("EJECT").isEqualTo("02 05/24/00");
    }
}

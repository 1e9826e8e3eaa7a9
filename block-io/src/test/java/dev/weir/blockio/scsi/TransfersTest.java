package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.StorageFailure;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransfersTest {
    private final MemoryDevice device = Units.device();
    private final ScsiTarget target = Units.target();
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        client = ScsiClient.attach(target, "one");
    }

    @AfterEach
    void detach() {
        client.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0a 00 00 10 02 00, 08 00 00 10 02 00",
        "2a 00 00 00 00 10 00 00 02 00, 28 00 00 00 00 10 00 00 02 00",
        "aa 00 00 00 00 10 00 00 00 02 00 00, a8 00 00 00 00 10 00 00 00 02 00 00",
        "8a 00 00 00 00 00 00 00 00 10 00 00 00 02 00 00,"
                + "88 00 00 00 00 00 00 00 00 10 00 00 00 02 00 00"
    })
    void shouldReadBackWhatWasWritten(String write, String read) {
        byte[] data = ScsiClient.filled(1024, 0x5a);

        assertThat(client.run(write, data).outcome()).isEqualTo("GOOD");

        ScsiClient.Reply reply = client.run(read);
        assertThat(reply.data()).isEqualTo(data);
        assertThat(reply.length()).isEqualTo(1024);
        assertThat(device.contents(16 * 512, 1024)).isEqualTo(data);
    }

    @Test
    void shouldTakeALengthOfZeroInSixBytesFor256Blocks() {
        assertThat(client.run("08 00 00 00 00 00").data()).hasSize(256 * 512);
    }

    @ParameterizedTest
    @CsvSource({
        "28 00 00 00 20 00 00 00 01 00",
        "28 00 00 00 1f ff 00 00 02 00",
        "28 00 ff ff ff ff 00 00 00 00",
        "2a 00 00 00 20 00 00 00 01 00",
        "88 00 80 00 00 00 00 00 00 00 00 00 00 01 00 00",
        "8a 00 ff ff ff ff ff ff ff ff 00 00 00 01 00 00",
        "88 00 00 00 00 00 00 00 20 01 00 00 00 00 00 00"
    })
    void shouldRefuseBlocksBehindTheEnd(String cdb) {
        assertThat(client.run(cdb, new byte[512]).outcome()).isEqualTo("02 05/21/00");
    }

    @ParameterizedTest
    @CsvSource({
        "28 20 00 00 00 00 00 00 01 00",
        "2a e0 00 00 00 00 00 00 01 00",
        "28 00 00 00 00 00 00 00 01 04",
        "a8 40 00 00 00 00 00 00 00 01 00 00"
    })
    void shouldRefuseProtectionInformationAndAca(String cdb) {
        assertThat(client.run(cdb, new byte[512]).outcome()).isEqualTo("02 05/24/00");
    }

    @Test
    void shouldRefuseMoreThanTheLargestTransfer() {
        MemoryDevice big = new MemoryDevice(64 << 20);
        target.add(1, Units.thin(2, big));
        client.lun(1).run("00 00 00 00 00 00");

        String largest = "88 00 00 00 00 00 00 00 00 00 00 00 40 00 00 00";
        String larger = "88 00 00 00 00 00 00 00 00 00 00 00 40 01 00 00";

        assertThat(client.run(largest).length()).isEqualTo(8 << 20);
        assertThat(client.run(larger).outcome()).isEqualTo("02 05/24/00");
    }

    @Test
    void shouldFillNoMoreThanTheInitiatorHasRoomFor() {
        device.resize(Units.SIZE_BYTES);
        client.run("00 00 00 00 00 00");

        ScsiClient.Reply reply =
                client.run(ScsiClient.bytes("28 00 00 00 00 00 00 00 02 00"), new byte[0], 200);

        assertThat(reply.outcome()).isEqualTo("GOOD");
        assertThat(reply.data()).hasSize(200);
        assertThat(reply.length()).isEqualTo(1024);
    }

    @Test
    void shouldWriteWholeBlocksOnlyOfAnIncompleteTransfer() {
        byte[] data = ScsiClient.filled(700, 0x77);

        assertThat(client.run("2a 00 00 00 00 00 00 00 02 00", data).outcome()).isEqualTo("GOOD");

        byte[] expected = new byte[1024];
        Arrays.fill(expected, 0, 512, (byte) 0x77);
        assertThat(device.contents(0, 1024)).isEqualTo(expected);
    }

    @Test
    void shouldMakeForceUnitAccessDurable() {
        client.run("2a 00 00 00 00 00 00 00 01 00", new byte[512]);
        assertThat(device.durableWrites()).isZero();

        client.run("2a 08 00 00 00 00 00 00 01 00", new byte[512]);

        assertThat(device.durableWrites()).isEqualTo(1);
    }

    @Test
    void shouldReportAFailingDeviceBySense() {
        device.fail(MemoryDevice.Operation.WRITE, new StorageFailure.NoSpace("pool"));
        device.fail(MemoryDevice.Operation.READ, new StorageFailure.DeviceFailed("disk", "broken"));

        assertThat(client.run("2a 00 00 00 00 00 00 00 01 00", new byte[512]).outcome())
                .isEqualTo("02 07/27/07");
        ScsiClient.Reply read = client.run("28 00 00 00 00 00 00 00 01 00");
        assertThat(read.outcome()).isEqualTo("02 03/11/00");
        assertThat(read.data()).isEmpty();
        assertThat(read.length()).isZero();
    }

    @Test
    void shouldSurviveABugOfTheDevice() {
        device.fail(MemoryDevice.Operation.READ, new IllegalStateException("planted"));

        assertThat(client.run("28 00 00 00 00 00 00 00 01 00").outcome()).isEqualTo("02 04/44/00");
    }

    @Test
    void shouldRefuseToChangeAReadOnlyUnit() {
        LogicalUnitConfig config = Units.config(9, 512, true, true);
        target.add(9, new LogicalUnit(config, device, ReservationStore.volatileStore()));
        client.lun(9).run("00 00 00 00 00 00");

        assertThat(client.run("2a 00 00 00 00 00 00 00 01 00", new byte[512]).outcome())
                .isEqualTo("02 07/27/00");
        assertThat(client.run("28 00 00 00 00 00 00 00 01 00").outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldSayWhatIsToBeMovedBeforeItRuns() {
        client.begin(ScsiClient.bytes("2a 00 00 00 00 00 00 00 03 00"));
        assertThat(client.task().dataOutBytes()).isEqualTo(3 * 512);
        assertThat(client.task().dataInCapacityHint()).isZero();
        assertThat(client.task().mayBlock()).isFalse();
        client.task().end();

        client.begin(ScsiClient.bytes("2a 08 00 00 00 00 00 00 03 00"));
        assertThat(client.task().mayBlock()).as("force unit access").isTrue();
        client.task().end();

        client.begin(ScsiClient.bytes("2a 00 7f 00 00 00 00 00 03 00"));
        assertThat(client.task().dataOutBytes()).as("refused already").isZero();
        client.task().end();
    }
}

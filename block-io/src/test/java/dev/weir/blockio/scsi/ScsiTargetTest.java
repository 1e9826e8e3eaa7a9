package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ScsiTargetTest {
    private static final String READY = "00 00 00 00 00 00";
    private static final String INQUIRY = "12 00 00 00 ff 00";
    private static final String REPORT_LUNS = "a0 00 00 00 00 00 00 00 10 00 00 00";
    private static final String REQUEST_SENSE = "03 00 00 00 ff 00";

    private final ScsiTarget target = Units.target();
    private final MemoryDevice device = Units.device();

    private ScsiClient fresh(String name) {
        InitiatorPort initiator = new InitiatorPort("iqn.2026-01.test:" + name, 1);
        return new ScsiClient(target.attach(initiator, Units.PORT));
    }

    @Test
    void shouldGreetEveryNexusOnceOnEachUnit() {
        target.add(0, Units.thin(1, device));
        target.add(1, Units.thin(2, device));
        ScsiClient client = fresh("one");

        assertThat(client.run(INQUIRY).outcome()).as("unaffected").isEqualTo("GOOD");
        assertThat(client.run(READY).outcome()).isEqualTo("02 06/29/00");
        assertThat(client.run(READY).outcome()).isEqualTo("GOOD");
        assertThat(client.lun(1).run(READY).outcome()).isEqualTo("02 06/29/00");
        assertThat(fresh("two").run(READY).outcome()).isEqualTo("02 06/29/00");
        assertThat(client.run(READY).outcome()).as("LUN 1").isEqualTo("GOOD");
    }

    @Test
    void shouldGiveAPendingUnitAttentionToRequestSense() {
        target.add(0, Units.thin(1, device));
        ScsiClient client = fresh("one");

        byte[] sense = client.run(REQUEST_SENSE).data();

        assertThat(sense[2]).isEqualTo((byte) 6);
        assertThat(sense[12]).isEqualTo((byte) 0x29);
        assertThat(client.run(READY).outcome()).isEqualTo("GOOD");
        assertThat(client.run(REQUEST_SENSE).data()[2]).isZero();
    }

    @Test
    void shouldAnswerForUnitsThatDoNotExist() {
        target.add(5, Units.thin(1, device));
        ScsiClient client = fresh("one").lun(0);

        assertThat(client.run(INQUIRY).data()[0]).isEqualTo((byte) 0x7f);
        assertThat(client.run(READY).outcome()).isEqualTo("02 05/25/00");
        assertThat(client.run(REQUEST_SENSE).data()[12]).isEqualTo((byte) 0x25);
        ByteBuffer luns = client.run(REPORT_LUNS).buffer();
        assertThat(luns.getInt(0)).isEqualTo(8);
        assertThat(luns.getLong(8)).isEqualTo(0x0005_0000_0000_0000L);
    }

    @Test
    void shouldUnderstandBothWaysToWriteALun() {
        target.add(5, Units.thin(1, device));
        ScsiClient client = fresh("one");

        assertThat(LunAddress.decode(0x0005_0000_0000_0000L)).isEqualTo(5);
        assertThat(LunAddress.decode(0x4005_0000_0000_0000L)).isEqualTo(5);
        assertThat(LunAddress.decode(0x0105_0000_0000_0000L)).as("bus 1").isNegative();
        assertThat(LunAddress.decode(0x0005_0001_0000_0000L)).as("second level").isNegative();
        assertThat(LunAddress.decode(0xc101_0000_0000_0000L)).as("well known").isNegative();
        assertThat(client.lun(5).run(READY).outcome()).isEqualTo("02 06/29/00");
    }

    @Test
    void shouldTellTheOthersWhenUnitsComeAndGo() {
        target.add(0, Units.thin(1, device));
        ScsiClient client = ScsiClient.attach(target, "one");

        target.add(1, Units.thin(2, device));
        assertThat(client.run(READY).outcome()).isEqualTo("02 06/3f/0e");
        assertThat(client.run(READY).outcome()).isEqualTo("GOOD");

        target.remove(1);
        assertThat(client.run(REPORT_LUNS).buffer().getInt(0)).isEqualTo(8);
        assertThat(client.run(READY).outcome()).as("known by REPORT LUNS").isEqualTo("GOOD");
        assertThat(client.lun(1).run(READY).outcome()).isEqualTo("02 05/25/00");
        assertThatThrownBy(() -> target.remove(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldReportEverySelectionOfLuns() {
        target.add(0, Units.thin(1, device));
        ScsiClient client = ScsiClient.attach(target, "one");

        int[] expected = {8, 0, 8};
        for (int select = 0; select < expected.length; select++) {
            String cdb = String.format("a0 00 %02x 00 00 00 00 00 10 00 00 00", select);
            assertThat(client.run(cdb).buffer().getInt(0)).isEqualTo(expected[select]);
        }
        assertThat(client.run("a0 00 03 00 00 00 00 00 10 00 00 00").outcome())
                .isEqualTo("02 05/24/00");
        assertThat(client.run("a0 00 00 00 00 00 00 00 00 0f 00 00").outcome())
                .isEqualTo("02 05/24/00");
    }

    @Test
    void shouldTellEachNexusOnceOfANewSize() {
        target.add(0, Units.thin(1, device));
        ScsiClient one = ScsiClient.attach(target, "one");
        ScsiClient two = ScsiClient.attach(target, "two");

        device.resize(2 * Units.SIZE_BYTES);
        device.resize(4 * Units.SIZE_BYTES);

        for (ScsiClient client : new ScsiClient[] {one, two}) {
            assertThat(client.run(READY).outcome()).isEqualTo("02 06/2a/09");
            assertThat(client.run(READY).outcome()).isEqualTo("GOOD");
            ByteBuffer capacity = client.run("25 00 00 00 00 00 00 00 00 00").buffer();
            assertThat(capacity.getInt(0)).isEqualTo(4 * Units.SIZE_BYTES / 512 - 1);
        }
    }

    @Test
    void shouldRaiseWhatItsOwnerAsksFor() {
        LogicalUnit unit = Units.thin(1, device);
        target.add(0, unit);
        ScsiClient client = ScsiClient.attach(target, "one");

        unit.raise(UnitAttention.THIN_PROVISIONING_SOFT_THRESHOLD);

        assertThat(client.run(READY).outcome()).isEqualTo("02 06/38/07");
    }

    @Test
    void shouldNotReturnAUnitThatIsStillInUse() throws InterruptedException {
        target.add(0, Units.thin(1, device));
        ScsiClient client = ScsiClient.attach(target, "one");
        MemoryDevice.Gate gate = device.hold(MemoryDevice.Operation.READ);
        Thread reader = new Thread(() -> client.run("28 00 00 00 00 00 00 00 01 00"));
        reader.start();
        gate.awaitReached();
        AtomicBoolean removed = new AtomicBoolean();
        Thread remover =
                new Thread(() -> {
                    target.remove(0);
                    removed.set(true);
                });
        remover.start();
        while (client.nexus().find(0) != null) {
            Thread.onSpinWait();
        }
        assertThat(removed).isFalse();

        gate.open();

        remover.join();
        reader.join();
        assertThat(removed).isTrue();
    }
}

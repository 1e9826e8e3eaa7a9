package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What initiators are told of the space behind a thin logical unit (SBC-3 4.7.3.7). */
class ThresholdsTest {
    private static final long SET_BYTES = 1 << 20;
    private static final String READY = "00 00 00 00 00 00";

    private final ScsiTarget target = Units.target();
    private final LogicalUnit unit =
            new LogicalUnit(
                    Units.config(1, 512, false, true),
                    Units.device(),
                    ReservationStore.volatileStore(),
                    this::resources);
    private long usedBytes = 60 * SET_BYTES;
    private ScsiClient one;
    private ScsiClient two;

    private @Nullable LbaResources resources() {
        return new LbaResources(
                SET_BYTES, 100 * SET_BYTES - usedBytes, usedBytes, 80 * SET_BYTES + 1);
    }

    @BeforeEach
    void attach() {
        target.add(0, unit);
        target.add(1, Units.thin(2, Units.device()));
        one = ScsiClient.attach(target, "one");
        two = ScsiClient.attach(target, "two");
        for (ScsiClient each : new ScsiClient[] {one, two}) {
            each.lun(1).run(READY);
            each.lun(0);
        }
    }

    @Test
    void shouldTellInWhatTheSpaceIsCounted() {
        byte[] page = one.run("12 01 b2 00 ff 00").data();

        assertThat(page[4]).as("THRESHOLD EXPONENT").isEqualTo((byte) 11);
    }

    @Test
    void shouldDescribeTheSoftThresholdByAModePageThatNobodyCanChange() {
        byte[] page = one.run("1a 08 1c 02 ff 00").data();
        assertThat(ByteBuffer.wrap(page).getInt(4)).isEqualTo(0x5c02_0014);
        assertThat(page[8]).as("SITUA: everybody is told").isZero();
        assertThat(page[20]).as("ENABLED, increasing").isEqualTo((byte) 0x81);
        assertThat(page[21]).as("used resources").isEqualTo((byte) 2);
        assertThat(ByteBuffer.wrap(page).getInt(24)).isEqualTo(80);
        assertThat(page).hasSize(4 + 24);

        byte[] changeable = one.run("1a 08 5c 02 ff 00").data();
        assertThat(changeable).hasSize(4 + 24).endsWith(new byte[20]);
        page[0] = 0;
        page[2] = 0;
        assertThat(select(page)).isEqualTo("GOOD");
        page[27]++;
        assertThat(select(page)).isEqualTo("02 05/26/00");
    }

    @Test
    void shouldSayThatReachedThresholdsAreReported() {
        byte[] page = one.run("1a 08 01 00 ff 00").data();
        assertThat(ByteBuffer.wrap(page).getShort(4)).isEqualTo((short) 0x010a);
        assertThat(page[4 + 7]).as("LBPERE").isEqualTo((byte) 0x80);

        assertThat(one.lun(1).run("1a 08 01 00 ff 00").data()[4 + 7]).isZero();
    }

    @Test
    void shouldShowThePageAmongItsSubpagesOnly() {
        assertThat(one.run("1a 08 1c 00 ff 00").data()).hasSize(4 + 12);
        assertThat(one.run("1a 08 1c ff ff 00").data()).hasSize(4 + 12 + 24);
        assertThat(one.run("1a 08 3f 00 ff 00").data()).hasSize(4 + 12 + 20 + 12 + 12);
        assertThat(one.run("1a 08 3f ff ff 00").data()).hasSize(4 + 12 + 20 + 12 + 32 + 12 + 24);
    }

    @Test
    void shouldCountWhatIsLeftAndWhatIsUsedAsOfNow() {
        ByteBuffer page = one.run("4d 00 4c 00 00 00 00 00 ff 00").buffer();
        assertThat(page.getInt(0)).isEqualTo(0x8c00_0018);
        assertThat(page.getInt(4)).as("available, TSD, binary list").isEqualTo(0x0001_2308);
        assertThat(page.getInt(8)).isEqualTo(40);
        assertThat(page.get(12)).as("SCOPE: shared").isEqualTo((byte) 2);
        assertThat(page.getInt(16)).as("used").isEqualTo(0x0002_2308);
        assertThat(page.getInt(20)).isEqualTo(60);

        usedBytes = 99 * SET_BYTES + 1;
        ByteBuffer fuller = one.run("4d 00 4c 00 00 00 00 00 ff 00").buffer();
        assertThat(fuller.getInt(8)).as("whole ones").isZero();
        assertThat(fuller.getInt(20)).isEqualTo(99);

        ByteBuffer behind = one.run("4d 00 4c 00 00 00 02 00 ff 00").buffer();
        assertThat(behind.remaining()).as("from the second one").isEqualTo(4 + 12);
        assertThat(behind.getShort(4)).isEqualTo((short) 2);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4d 00 00 00 00 00 00 00 ff 00, 00 00 00 02 00 0c",
        "0, 4d 00 00 ff 00 00 00 00 ff 00, 40 ff 00 06 00 00 00 ff 0c 00",
        "1, 4d 00 00 00 00 00 00 00 ff 00, 00 00 00 01 00",
        "1, 4d 00 00 ff 00 00 00 00 ff 00, 40 ff 00 04 00 00 00 ff",
        "0, 4d 00 00 00 00 00 00 00 03 00, 00 00 00",
    })
    void shouldListItsLogPages(int lun, String cdb, String answer) {
        assertThat(one.lun(lun).run(cdb).data()).isEqualTo(ScsiClient.bytes(answer));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4d 01 0c 00 00 00 00 00 ff 00",
        "0, 4d 00 0d 00 00 00 00 00 ff 00",
        "0, 4d 00 0c 01 00 00 00 00 ff 00",
        "0, 4d 00 00 01 00 00 00 00 ff 00",
        "0, 4d 00 0c 00 00 00 03 00 ff 00",
        "0, 4d 00 00 00 00 00 01 00 ff 00",
        "1, 4d 00 0c 00 00 00 00 00 ff 00",
        "1, 1a 08 1c 02 ff 00"
    })
    void shouldRefuseWhatThereIsNot(int lun, String cdb) {
        assertThat(one.lun(lun).run(cdb).outcome()).isEqualTo("02 05/24/00");
    }

    @Test
    void shouldTellEveryInitiatorOnceThatTheThresholdIsReached() {
        unit.raise(UnitAttention.THIN_PROVISIONING_SOFT_THRESHOLD);

        for (ScsiClient each : new ScsiClient[] {one, two}) {
            assertThat(each.run(READY).outcome()).isEqualTo("02 06/38/07");
            assertThat(each.run(READY).outcome()).isEqualTo("GOOD");
            assertThat(each.lun(1).run(READY).outcome()).isEqualTo("GOOD");
        }
    }

    private String select(byte[] list) {
        return one.run(String.format("15 10 00 00 %02x 00", list.length), list).outcome();
    }
}

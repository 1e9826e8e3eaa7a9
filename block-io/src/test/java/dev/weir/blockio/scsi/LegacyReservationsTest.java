package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LegacyReservationsTest {
    private static final String RESERVE = "16 00 00 00 00 00";
    private static final String RELEASE = "17 00 00 00 00 00";
    private static final String READY = "00 00 00 00 00 00";

    private final ScsiTarget target = Units.target();
    private ScsiClient one;
    private ScsiClient two;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, Units.device()));
        one = ScsiClient.attach(target, "one");
        two = ScsiClient.attach(target, "two");
    }

    @ParameterizedTest
    @CsvSource({
        "16 00 00 00 00 00, 18",
        "00 00 00 00 00 00, 18",
        "1a 00 3f 00 ff 00, 18",
        "28 00 00 00 00 00 00 00 01 00, 18",
        "17 00 00 00 00 00, GOOD",
        "12 00 00 00 ff 00, GOOD",
        "03 00 00 00 ff 00, GOOD",
        "a0 00 00 00 00 00 00 00 01 00 00 00, GOOD"
    })
    void shouldShutOutTheOthers(String cdb, String outcome) {
        one.run(RESERVE);

        assertThat(two.run(cdb).outcome()).isEqualTo(outcome);
        assertThat(one.run("1a 00 3f 00 ff 00").outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldBeReleasedByItsHolderAlone() {
        one.run(RESERVE);
        two.run(RELEASE);
        assertThat(two.run(RESERVE).outcome()).isEqualTo("18");

        one.run(RELEASE);
        assertThat(two.run(RESERVE).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldEndWithTheSession() {
        one.run(RESERVE);
        one.nexus().close();

        assertThat(two.run(RESERVE).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldEndWithAReset() {
        one.run(RESERVE);
        two.nexus().manage(TaskManagement.LOGICAL_UNIT_RESET, 0, 0);

        assertThat(two.run(READY).outcome()).isEqualTo("02 06/29/03");
        assertThat(two.run(RESERVE).outcome()).isEqualTo("GOOD");

        target.reset(TargetReset.WARM);
        assertThat(one.run(READY).outcome()).isEqualTo("02 06/29/03");
        assertThat(one.run(RESERVE).outcome()).isEqualTo("GOOD");
    }
}

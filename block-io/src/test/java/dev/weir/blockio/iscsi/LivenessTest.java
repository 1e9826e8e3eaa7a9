package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LivenessTest {
    private static final long HOUR = 3_600_000_000_000L;

    private final Liveness liveness = new Liveness(HOUR, HOUR);

    @Test
    void shouldAskASilentClientOnceThenGiveItUp() {
        liveness.listens();
        long start = System.nanoTime();

        assertThat(liveness.at(start)).isEqualTo(Liveness.Sign.ALIVE);
        assertThat(liveness.at(start + HOUR + HOUR / 2)).isEqualTo(Liveness.Sign.SILENT);
        assertThat(liveness.at(start + HOUR + HOUR / 2)).isEqualTo(Liveness.Sign.ALIVE);
        assertThat(liveness.at(start + 3 * HOUR)).isEqualTo(Liveness.Sign.DEAD);
    }

    @Test
    void shouldAskAgainInTheNextSilence() {
        liveness.listens();
        liveness.at(System.nanoTime() + HOUR + HOUR / 2);
        liveness.heard();
        liveness.listens();

        assertThat(liveness.at(System.nanoTime() + HOUR + HOUR / 2))
                .isEqualTo(Liveness.Sign.SILENT);
    }

    @Test
    void shouldNotBlameTheClientWhileNobodyListens() {
        assertThat(liveness.at(System.nanoTime() + 3 * HOUR)).isEqualTo(Liveness.Sign.ALIVE);
    }
}

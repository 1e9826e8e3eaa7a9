package dev.weir.controller.pool;

import static dev.weir.controller.pool.PoolFill.Level.FILLING;
import static dev.weir.controller.pool.PoolFill.Level.FULL;
import static dev.weir.controller.pool.PoolFill.Level.ROOMY;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolFillTest {
    private static final long EXTENT = 16L << 20;

    private static PoolFill of(long usedExtents, long totalExtents) {
        return new PoolFill(EXTENT, totalExtents * EXTENT, usedExtents * EXTENT);
    }

    @ParameterizedTest
    @CsvSource({
        "ROOMY, 79, ROOMY",
        "ROOMY, 80, FILLING",
        "FILLING, 79, FILLING",
        "FILLING, 75, FILLING",
        "FILLING, 74, ROOMY",
        "ROOMY, 76, ROOMY",
        "FILLING, 99, FILLING",
        "FILLING, 100, FULL",
        "ROOMY, 100, FULL",
        "FULL, 95, FULL",
        "FULL, 94, FILLING",
        "FULL, 74, ROOMY"
    })
    void shouldChangeLevelOnceForEachCrossing(
            PoolFill.Level before, long percent, PoolFill.Level now) {
        assertThat(of(percent, 100).from(before)).isEqualTo(now);
    }

    @Test
    void shouldCountInWholeExtentsInAPoolOfAFew() {
        assertThat(of(0, 3).softThresholdBytes()).isEqualTo(3 * EXTENT);
        assertThat(of(2, 3).from(ROOMY)).isEqualTo(ROOMY);
        assertThat(of(3, 3).from(ROOMY)).isEqualTo(FULL);
        assertThat(of(2, 3).from(FULL)).isEqualTo(ROOMY);
        assertThat(of(4, 5).from(ROOMY)).isEqualTo(FILLING);
    }

    @Test
    void shouldNotCallAPoolFullThatHasNoDeviceToFill() {
        assertThat(of(0, 0).from(ROOMY)).isEqualTo(ROOMY);
        assertThat(of(0, 0).usedPercent()).isZero();
    }

    @Test
    void shouldReckonWithTheLargestPools() {
        long extents = (32L << 50) / EXTENT;
        assertThat(of(extents / 2, extents).usedPercent()).isEqualTo(50);
        assertThat(of(extents * 4 / 5 + 1, extents).from(ROOMY)).isEqualTo(FILLING);
    }
}

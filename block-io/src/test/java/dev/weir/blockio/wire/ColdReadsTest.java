package dev.weir.blockio.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ColdReadsTest {
    private final ColdReads reads = new ColdReads();

    @Test
    void shouldExpectNoWaitBeforeAnyReadWasSlow() {
        reads.done(4096, 5_000);

        assertThat(reads.expected()).isFalse();
    }

    @Test
    void shouldExpectWaitsAfterASlowReadAndThenTryAgain() {
        reads.done(4096, 100_000);

        int expected = 0;
        while (reads.expected()) {
            expected++;
        }
        assertThat(expected).isEqualTo(64);
    }

    @Test
    void shouldExpectNoWaitAfterAFastReadInASeries() {
        reads.done(4096, 100_000);
        reads.done(4096, 5_000);

        assertThat(reads.expected()).isFalse();
    }

    @Test
    void shouldGrantALongReadTheTimeOfItsCopy() {
        reads.done(256 << 10, 100_000);

        assertThat(reads.expected()).isFalse();
    }
}

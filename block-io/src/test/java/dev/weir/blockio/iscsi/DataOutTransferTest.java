package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataOutTransferTest {
    private static final int NONE = Bhs.NO_TAG;

    private final DataOutTransfer transfer = new DataOutTransfer(2);

    @Test
    void shouldAskForBurstsUpToTheNumberAgreedOn() {
        transfer.start(2500, 0, false, 0, 1000);

        assertThat(ask(1)).isEqualTo("0+1000");
        assertThat(ask(2)).isEqualTo("1000+1000");
        assertThat(transfer.wantsR2t()).isFalse();
        assertThat(transfer.accept(0, 0, 600, false)).isEqualTo(600);
        assertThat(transfer.accept(1, 600, 400, true)).isEqualTo(400);
        assertThat(ask(3)).isEqualTo("2000+500");
        assertThat(transfer.awaits(3)).isFalse();
        assertThat(transfer.accept(0, 1000, 1000, true)).isEqualTo(1000);
        assertThat(transfer.isComplete()).isFalse();
        assertThat(transfer.accept(0, 2000, 500, true)).isEqualTo(500);
        assertThat(transfer.isComplete()).isTrue();
        assertThat(transfer.isFaulty()).isFalse();
        assertThat(transfer.r2tSn()).isEqualTo(3);
    }

    @Test
    void shouldTakeUnaskedDataThenAskForTheRest() {
        transfer.start(2000, 300, true, 1000, 4096);
        assertThat(transfer.wantsR2t()).isFalse();

        assertThat(transfer.accept(0, 300, 200, false)).isEqualTo(200);
        assertThat(transfer.accept(1, 500, 500, true)).isEqualTo(500);

        assertThat(ask(9)).isEqualTo("1000+1000");
        assertThat(transfer.awaits(NONE)).isFalse();
        assertThat(transfer.awaits(9)).isTrue();
    }

    @Test
    void shouldDropWhatTheCommandDoesNotNeed() {
        transfer.start(512, 0, true, 10_000, 4096);

        assertThat(transfer.accept(0, 0, 500, false)).isEqualTo(500);
        assertThat(transfer.accept(1, 500, 500, false)).isEqualTo(12);
        assertThat(transfer.accept(2, 1000, 9000, true)).isZero();

        assertThat(transfer.isComplete()).isTrue();
        assertThat(transfer.isFaulty()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 500, false", // DataSN ahead
        "-1, 0, 500, false",
        "0, 4, 500, false", // offset ahead
        "0, 0, 1001, true", // more than asked for
        "0, 0, 500, true" // less than asked for
    })
    void shouldBeFaultyAfterWhatBreaksTheOrder(int dataSn, long offset, int bytes, boolean last) {
        transfer.start(2000, 0, false, 0, 1000);
        ask(1);
        ask(2);

        assertThat(transfer.accept(dataSn, offset, bytes, last)).isLessThanOrEqualTo(500);

        assertThat(transfer.isFaulty()).isTrue();
        assertThat(transfer.isComplete()).as("the rest that was asked for comes first").isFalse();
        if (!last) {
            transfer.accept(1, 500, 500, true);
        }
        assertThat(transfer.awaits(2)).isTrue();
        assertThat(transfer.accept(0, 1000, 1000, true)).isZero();
        assertThat(transfer.isComplete()).isTrue();
    }

    @Test
    void shouldNeverStoreOutsideOfWhatIsNeeded() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            int needed = 1 + random.nextInt(5000);
            transfer.start(
                    needed,
                    random.nextInt(2) * random.nextInt(6000),
                    random.nextBoolean(),
                    random.nextInt(6000),
                    1 + random.nextInt(3000));
            int tag = 0;
            for (int step = 0; step < 20; step++) {
                if (transfer.wantsR2t()) {
                    assertThat(transfer.r2tOffset() + transfer.r2tBytes())
                            .as("seed %d", seed)
                            .isBetween(1, needed);
                    transfer.asked(tag++);
                }
                long offset = random.nextInt(4) == 0 ? 0xffff_ff00L : random.nextInt(6000);
                int bytes = random.nextInt(6000);
                int stored =
                        transfer.accept(random.nextInt(2), offset, bytes, random.nextBoolean());
                assertThat(stored).as("seed %d", seed).isBetween(0, bytes);
                if (stored > 0) {
                    assertThat(offset + stored).as("seed %d", seed).isLessThanOrEqualTo(needed);
                }
                if (transfer.isComplete()) {
                    break;
                }
            }
        }
    }

    private String ask(int tag) {
        assertThat(transfer.wantsR2t()).isTrue();
        String asked = transfer.r2tOffset() + "+" + transfer.r2tBytes();
        transfer.asked(tag);
        return asked;
    }
}

package dev.weir.acceptance.lab;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The model behind the kill campaign must itself be able to tell right from wrong. */
class StampedVolumeTest {
    private static final int BLOCK = 5;
    private static final int OLD = 7;
    private static final int NEW = 8;

    private final StampedVolume volume = new StampedVolume(1 << 20);

    @BeforeEach
    void acknowledgeOneWrite() {
        volume.begin(BLOCK, 1, OLD);
        volume.acknowledge(BLOCK, 1, OLD);
    }

    @Test
    void shouldAcceptWhatWasAcknowledged() {
        assertThatCode(() -> volume.verify(BLOCK, stamp(BLOCK, OLD))).doesNotThrowAnyException();
    }

    @Test
    void shouldNoticeALostWrite() {
        assertNoticed(ByteBuffer.allocate(StampedVolume.BLOCK_BYTES), "found zeros");
    }

    @Test
    void shouldNoticeAWriteThatNobodyMade() {
        assertNoticed(stamp(BLOCK, NEW), "sequence 8 of block 5");
    }

    @Test
    void shouldNoticeTheContentOfAnotherBlock() {
        assertNoticed(stamp(BLOCK + 1, OLD), "of block 6");
    }

    @Test
    void shouldNoticeOneWrongByte() {
        ByteBuffer words = stamp(BLOCK, OLD);
        words.put(StampedVolume.BLOCK_BYTES - 1, (byte) 0);

        assertNoticed(words, "word 511");
    }

    @Test
    void shouldAcceptAMixtureOnlyWhileAWriteIsUnderWay() {
        ByteBuffer mixture = stamp(BLOCK, OLD);
        mixture.put(0, stamp(BLOCK, NEW), 0, StampedVolume.BLOCK_BYTES / 2);
        assertNoticed(mixture.duplicate(), "sequence 8");

        volume.begin(BLOCK, 1, NEW);

        assertThatCode(() -> volume.verify(BLOCK, mixture)).doesNotThrowAnyException();
    }

    @Test
    void shouldNoticeThatWhatWasErasedCameBack() {
        volume.begin(BLOCK, 1, 0);
        volume.acknowledge(BLOCK, 1, 0);

        assertNoticed(stamp(BLOCK, OLD), "acknowledged was 0");
    }

    private void assertNoticed(ByteBuffer words, String message) {
        assertThatThrownBy(() -> volume.verify(BLOCK, words))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(message);
    }

    private static ByteBuffer stamp(int block, int sequence) {
        return ByteBuffer.wrap(StampedVolume.stamp(block, 1, sequence));
    }
}

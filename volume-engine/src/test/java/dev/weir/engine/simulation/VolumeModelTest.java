package dev.weir.engine.simulation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.simulation.Violation.Promise;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VolumeModelTest {
    private static final int SECTOR_BYTES = 512;
    private static final int TAG = 5;

    private final VolumeModel model = new VolumeModel(new UUID(0, 1), TAG, "v5", 1 << 20);

    @Test
    void shouldAllowWhatIsPresentAndNothingElse() {
        byte[] first = write(0, SECTOR_BYTES, false);
        byte[] second = write(0, SECTOR_BYTES, false);

        assertAllowed(Moment.ALIVE, second);
        assertBroken(Promise.READ_WRONG, Moment.ALIVE, first);
        assertBroken(Promise.P1_KILL_LOST_WRITE, Moment.AFTER_KILL, first);
    }

    @Test
    void shouldAllowEveryUnflushedValueAfterAPowerLossAndThenStayWithIt() {
        byte[] first = write(0, SECTOR_BYTES, false);
        byte[] second = write(0, SECTOR_BYTES, false);

        assertAllowed(Moment.AFTER_POWER_LOSS, first);
        assertBroken(Promise.READ_WRONG, Moment.ALIVE, second);
    }

    @Test
    void shouldReportALostFlushedWrite() {
        byte[] first = write(0, SECTOR_BYTES, false);
        write(0, SECTOR_BYTES, false);
        model.flushed(model.beginFlush());

        assertBroken(Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, first);
        assertBroken(
                Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, new byte[SECTOR_BYTES]);
    }

    @Test
    void shouldReportALostFuaWrite() {
        byte[] first = write(0, SECTOR_BYTES, true);

        assertBroken(
                Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, new byte[SECTOR_BYTES]);
        assertAllowed(Moment.AFTER_POWER_LOSS, first);
    }

    @Test
    void shouldNotTakeAFlushForMoreThanWhatWasDoneBeforeIt() {
        long begun = model.beginFlush();
        write(0, SECTOR_BYTES, false);
        model.flushed(begun);

        assertAllowed(Moment.AFTER_POWER_LOSS, new byte[SECTOR_BYTES]);
    }

    @Test
    void shouldReportTheBytesOfAnotherVolume() {
        write(0, SECTOR_BYTES, false);
        byte[] foreign = new byte[SECTOR_BYTES];
        Stamp.fill(foreign, TAG + 1, 0, 1);

        for (Moment moment : Moment.values()) {
            assertBroken(Promise.P3_FOREIGN_BYTES, moment, foreign);
        }
    }

    @Test
    void shouldReportOldBytesInAPlaceNeverWritten() {
        byte[] elsewhere = new byte[SECTOR_BYTES];
        Stamp.fill(elsewhere, TAG, 4096, 1);

        assertBroken(Promise.P3_FOREIGN_BYTES, Moment.AFTER_POWER_LOSS, elsewhere);
    }

    @Test
    void shouldReportATornSector() {
        byte[] first = write(0, SECTOR_BYTES, false);
        byte[] second = write(0, SECTOR_BYTES, false);
        byte[] torn = first.clone();
        System.arraycopy(second, 0, torn, 0, 256);

        assertBroken(Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, torn);
    }

    @Test
    void shouldKeepTheRestOfASectorThatWasWrittenInPart() {
        byte[] whole = write(0, SECTOR_BYTES, true);
        byte[] part = new byte[100];
        VolumeModel.Change change = model.begin(50, part.length, model.nextWrite(50, part));
        model.done(change, true);
        byte[] expected = whole.clone();
        System.arraycopy(part, 0, expected, 50, part.length);

        assertAllowed(Moment.AFTER_POWER_LOSS, expected);
        assertBroken(Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, whole);
    }

    @Test
    void shouldAllowBothOutcomesOfARequestThatWasInFlight() {
        byte[] first = write(0, SECTOR_BYTES, true);
        byte[] second = new byte[SECTOR_BYTES];
        model.begin(0, SECTOR_BYTES, model.nextWrite(0, second));
        model.crashed();

        assertAllowed(Moment.AFTER_KILL, first);
        assertBroken(Promise.READ_WRONG, Moment.ALIVE, second);
        assertAllowed(Moment.AFTER_POWER_LOSS, second);
    }

    @Test
    void shouldAllowEitherOrderOfRequestsThatOverlapAndNothingOlder() {
        byte[] old = write(0, SECTOR_BYTES, true);
        byte[] first = new byte[SECTOR_BYTES];
        byte[] second = new byte[SECTOR_BYTES];
        VolumeModel.Change one = model.begin(0, SECTOR_BYTES, model.nextWrite(0, first));
        VolumeModel.Change other = model.begin(0, SECTOR_BYTES, model.nextWrite(0, second));
        model.done(other, false);
        model.done(one, false);
        model.flushed(model.beginFlush());

        assertBroken(Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, old);
        assertAllowed(Moment.ALIVE, first);
        assertBroken(Promise.READ_WRONG, Moment.ALIVE, second);
    }

    @Test
    void shouldAllowAReaderWhatWasThereWhenItBegan() {
        byte[] old = write(0, SECTOR_BYTES, true);
        long begun = model.beginRead();
        byte[] replaced = write(0, SECTOR_BYTES, true);

        assertThatCode(() -> model.check(Moment.ALIVE, begun, 0, old, SECTOR_BYTES))
                .doesNotThrowAnyException();
        assertThatCode(() -> model.check(Moment.ALIVE, begun, 0, replaced, SECTOR_BYTES))
                .doesNotThrowAnyException();
        model.endRead(begun);
        assertBroken(Promise.READ_WRONG, Moment.ALIVE, old);
    }

    @Test
    void shouldForgetWhatAShrinkCutOff() {
        byte[] first = write(0, SECTOR_BYTES, true);
        model.resize(0);
        model.resize(1 << 20);

        assertBroken(Promise.P2_POWER_LOST_FLUSHED, Moment.AFTER_POWER_LOSS, first);
        assertAllowed(Moment.ALIVE, new byte[SECTOR_BYTES]);
    }

    @Test
    void shouldReportARunOfZerosOverData() {
        write(SECTOR_BYTES, SECTOR_BYTES, false);

        assertThatCode(() -> model.checkZero(model.beginFlush(), 0, SECTOR_BYTES))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> model.checkZero(model.beginFlush(), 0, SECTOR_BYTES + 1))
                .isInstanceOf(Violation.class);
    }

    private byte[] write(long offset, int length, boolean fua) {
        byte[] bytes = new byte[length];
        VolumeModel.Change change = model.begin(offset, length, model.nextWrite(offset, bytes));
        model.done(change, fua);
        return bytes;
    }

    private void assertAllowed(Moment moment, byte[] content) {
        assertThatCode(() -> model.check(moment, model.beginFlush(), 0, content, content.length))
                .doesNotThrowAnyException();
    }

    private void assertBroken(Promise promise, Moment moment, byte[] content) {
        assertThatThrownBy(
                        () -> model.check(moment, model.beginFlush(), 0, content, content.length))
                .isInstanceOfSatisfying(
                        Violation.class,
                        violation ->
                                org.assertj.core.api.Assertions.assertThat(violation.promise())
                                        .isEqualTo(promise));
    }
}

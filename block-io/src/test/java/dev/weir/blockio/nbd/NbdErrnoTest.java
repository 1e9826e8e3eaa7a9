package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.StorageFailure;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NbdErrnoTest {

    private static final Map<StorageFailure, Integer> ERRORS_OF_A_WRITE =
            Map.ofEntries(
                    Map.entry(new StorageFailure.OutOfRange(1, 2, 3), 28),
                    Map.entry(new StorageFailure.NoSpace("pool"), 28),
                    Map.entry(new StorageFailure.ReadOnly("device"), 1),
                    Map.entry(new StorageFailure.DeviceFailed("device", "reason"), 5),
                    Map.entry(new StorageFailure.Unsupported("this"), 22),
                    Map.entry(new StorageFailure.Closed("device"), 108),
                    Map.entry(new StorageFailure.Corrupt("page"), 5),
                    Map.entry(new StorageFailure.InUse("device", "holder"), 5),
                    Map.entry(new StorageFailure.Invalid("reason"), 22),
                    Map.entry(new StorageFailure.ShrinkUnsafe(1, 2), 22));

    @Test
    void shouldGiveEveryFailureItsErrorValue() {
        Map<StorageFailure, Integer> mapped = new HashMap<>();
        for (StorageFailure failure : ERRORS_OF_A_WRITE.keySet()) {
            mapped.put(failure, NbdErrno.of(failure, NbdCommand.WRITE));
        }

        assertThat(mapped).isEqualTo(ERRORS_OF_A_WRITE);
        assertThat(mapped.keySet().stream().map(Object::getClass))
                .as("the table names every failure there is")
                .containsExactlyInAnyOrderElementsOf(
                        Set.of(StorageFailure.class.getPermittedSubclasses()));
    }

    @Test
    void shouldReturnNoSpaceOnlyWhenWritesLeaveTheExport() {
        StorageFailure outOfRange = new StorageFailure.OutOfRange(1, 2, 3);

        assertThat(NbdErrno.of(outOfRange, NbdCommand.READ)).isEqualTo(22);
        assertThat(NbdErrno.of(outOfRange, NbdCommand.TRIM)).isEqualTo(22);
        assertThat(NbdErrno.of(outOfRange, NbdCommand.WRITE_ZEROES)).isEqualTo(28);
        assertThat(NbdErrno.of(outOfRange, NbdCommand.BLOCK_STATUS)).isEqualTo(22);
    }

    @Test
    void shouldReturnNotSupportedOnlyForZeroingThatWouldBeSlow() {
        StorageFailure slow = new StorageFailure.Unsupported("fast zeroing");

        assertThat(NbdErrno.of(slow, NbdCommand.WRITE_ZEROES)).isEqualTo(95);
        assertThat(NbdErrno.of(slow, NbdCommand.TRIM)).isEqualTo(22);
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.StorageFailure;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailureSenseTest {

    private static final Map<StorageFailure, Sense> SENSE_OF_A_WRITE =
            Map.ofEntries(
                    Map.entry(new StorageFailure.OutOfRange(1, 2, 3), Sense.LBA_OUT_OF_RANGE),
                    Map.entry(new StorageFailure.NoSpace("pool"), Sense.SPACE_ALLOCATION_FAILED),
                    Map.entry(new StorageFailure.ReadOnly("device"), Sense.WRITE_PROTECTED),
                    Map.entry(new StorageFailure.DeviceFailed("device", "why"), Sense.WRITE_ERROR),
                    Map.entry(new StorageFailure.Unsupported("this"), Sense.INVALID_FIELD_IN_CDB),
                    Map.entry(
                            new StorageFailure.Closed("device"),
                            Sense.NOT_READY_MANUAL_INTERVENTION),
                    Map.entry(new StorageFailure.Corrupt("page"), Sense.MEDIUM_FORMAT_CORRUPTED),
                    Map.entry(new StorageFailure.InUse("device", "holder"), Sense.NOT_READY),
                    Map.entry(new StorageFailure.Invalid("reason"), Sense.INVALID_FIELD_IN_CDB),
                    Map.entry(new StorageFailure.ShrinkUnsafe(1, 2), Sense.INVALID_FIELD_IN_CDB));

    @Test
    void shouldGiveEveryFailureItsSense() {
        Map<StorageFailure, Sense> mapped = new HashMap<>();
        for (StorageFailure failure : SENSE_OF_A_WRITE.keySet()) {
            mapped.put(failure, FailureSense.of(failure, true));
        }

        assertThat(mapped).isEqualTo(SENSE_OF_A_WRITE);
        assertThat(mapped.keySet().stream().map(Object::getClass))
                .as("the table names every failure there is")
                .containsExactlyInAnyOrderElementsOf(
                        Set.of(StorageFailure.class.getPermittedSubclasses()));
    }

    @Test
    void shouldTellAFailedReadFromAFailedWrite() {
        StorageFailure failed = new StorageFailure.DeviceFailed("device", "reason");

        assertThat(FailureSense.of(failed, false)).isEqualTo(Sense.UNRECOVERED_READ_ERROR);
        assertThat(FailureSense.of(failed, true)).isEqualTo(Sense.WRITE_ERROR);
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageFailure;

/** Which failure of storage becomes which sense. */
final class FailureSense {
    private FailureSense() {}

    /**
     * Maps a failure.
     *
     * @param changing whether the command changes the medium: it is then a write that failed
     */
    static Sense of(StorageFailure failure, boolean changing) {
        return switch (failure) {
            case StorageFailure.OutOfRange _ -> Sense.LBA_OUT_OF_RANGE;
            // SBC-3 4.7.3.6: a thin logical unit whose resources are exhausted for good.
            case StorageFailure.NoSpace _ -> Sense.SPACE_ALLOCATION_FAILED;
            case StorageFailure.ReadOnly _ -> Sense.WRITE_PROTECTED;
            case StorageFailure.DeviceFailed _ ->
                    changing ? Sense.WRITE_ERROR : Sense.UNRECOVERED_READ_ERROR;
            case StorageFailure.Corrupt _ -> Sense.MEDIUM_FORMAT_CORRUPTED;
            // NOT READY and not ABORTED COMMAND or MEDIUM ERROR: nothing is wrong with the data,
            // retrying at once is pointless, and multipath initiators go to another path.
            case StorageFailure.Closed _ -> Sense.NOT_READY_MANUAL_INTERVENTION;
            case StorageFailure.InUse _ -> Sense.NOT_READY;
            case StorageFailure.Unsupported _ -> Sense.INVALID_FIELD_IN_CDB;
            case StorageFailure.Invalid _ -> Sense.INVALID_FIELD_IN_CDB;
            case StorageFailure.ShrinkUnsafe _ -> Sense.INVALID_FIELD_IN_CDB;
        };
    }
}

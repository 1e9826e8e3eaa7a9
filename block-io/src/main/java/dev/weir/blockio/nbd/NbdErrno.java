package dev.weir.blockio.nbd;

import dev.weir.blockio.StorageFailure;

/** Error values of replies (proto.md "Error values"), and which failure becomes which. */
final class NbdErrno {
    private NbdErrno() {}

    static final int OK = 0;
    static final int EPERM = 1;
    static final int EIO = 5;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int EOVERFLOW = 75;
    static final int ENOTSUP = 95;
    static final int ESHUTDOWN = 108;

    /** Maps the failure of a request of the given {@link NbdCommand}. */
    static int of(StorageFailure failure, int command) {
        return switch (failure) {
            case StorageFailure.OutOfRange _ -> pastTheEnd(command);
            case StorageFailure.NoSpace _ -> ENOSPC;
            case StorageFailure.ReadOnly _ -> EPERM;
            case StorageFailure.DeviceFailed _ -> EIO;
            case StorageFailure.Corrupt _ -> EIO;
            case StorageFailure.InUse _ -> EIO;
            case StorageFailure.Unsupported _ ->
                    // Clients take ENOTSUP as "try it another way", which only this command has.
                    command == NbdCommand.WRITE_ZEROES ? ENOTSUP : EINVAL;
            case StorageFailure.Closed _ -> ESHUTDOWN;
            case StorageFailure.Invalid _ -> EINVAL;
            case StorageFailure.ShrinkUnsafe _ -> EINVAL;
        };
    }

    /**
     * The error of a range that leaves the export (proto.md "Request types"): a write, of data or
     * of zeros, runs out of space; others are wrong.
     */
    static int pastTheEnd(int command) {
        return command == NbdCommand.WRITE || command == NbdCommand.WRITE_ZEROES ? ENOSPC : EINVAL;
    }
}

package dev.weir.blockio;

/**
 * Why a storage request could not be done. Each edge (NBD errno, SCSI sense, HTTP problem) maps
 * every case exactly once with a {@code switch} that has no default.
 */
public sealed interface StorageFailure {

    /** One sentence for the log and for people. */
    String message();

    /** The request leaves the device. */
    record OutOfRange(long offset, long length, long sizeBytes) implements StorageFailure {
        @Override
        public String message() {
            return "range of "
                    + Long.toUnsignedString(length)
                    + " bytes at "
                    + Long.toUnsignedString(offset)
                    + " leaves the device of "
                    + sizeBytes
                    + " bytes";
        }
    }

    /** The pool, or the host below a device, has no space left for what this request needs. */
    record NoSpace(String where) implements StorageFailure {
        @Override
        public String message() {
            return "no space left in " + where;
        }
    }

    /** The device may not be written. */
    record ReadOnly(String device) implements StorageFailure {
        @Override
        public String message() {
            return device + " is read-only";
        }
    }

    /** The device failed to do what it can do: an I/O error. */
    record DeviceFailed(String device, String reason) implements StorageFailure {
        @Override
        public String message() {
            return device + " failed: " + reason;
        }
    }

    /** The device cannot do this, or not in the way asked for. */
    record Unsupported(String what) implements StorageFailure {
        @Override
        public String message() {
            return what + " is not supported";
        }
    }

    /** The device is closed or closing. */
    record Closed(String device) implements StorageFailure {
        @Override
        public String message() {
            return device + " is closed";
        }
    }

    /** Stored metadata is not what was stored; nothing is guessed. */
    record Corrupt(String what) implements StorageFailure {
        @Override
        public String message() {
            return "damaged metadata: " + what;
        }
    }

    /** Somebody else holds the device. */
    record InUse(String device, String holder) implements StorageFailure {
        @Override
        public String message() {
            return device + " is in use by " + holder;
        }
    }

    /** A well-formed request that this device can never fulfil, such as a size beyond a limit. */
    record Invalid(String reason) implements StorageFailure {
        @Override
        public String message() {
            return reason;
        }
    }

    /** A shrink would cut off data: the volume needs at least {@code neededBytes}. */
    record ShrinkUnsafe(long newSizeBytes, long neededBytes) implements StorageFailure {
        @Override
        public String message() {
            return "shrinking to "
                    + newSizeBytes
                    + " bytes would cut off data; the last mapped byte needs a size of "
                    + neededBytes
                    + " bytes";
        }
    }
}

package dev.weir.blockio;

/** Range arithmetic that cannot wrap. */
public final class Ranges {
    private Ranges() {}

    /**
     * Fails with {@link StorageFailure.OutOfRange} unless {@code [offset, offset + length)} lies
     * within the size.
     */
    public static void check(long offset, long length, long sizeBytes) throws StorageException {
        if (!within(offset, length, sizeBytes)) {
            throw new StorageException(new StorageFailure.OutOfRange(offset, length, sizeBytes));
        }
    }

    /**
     * Whether {@code [offset, offset + length)} lies within {@code [0, sizeBytes)}; false for
     * negative arguments.
     */
    public static boolean within(long offset, long length, long sizeBytes) {
        return offset >= 0 && length >= 0 && offset <= sizeBytes && length <= sizeBytes - offset;
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.memory.OffHeapMemory;

/** Compares memory. */
final class Comparison {
    private Comparison() {}

    /** The offset of the first byte that differs; negative if none does. */
    static int firstDifference(
            OffHeapMemory one, long oneOffset, OffHeapMemory other, long otherOffset, int length) {
        return length == 0
                ? -1
                : one.asByteBuffer(oneOffset, length)
                        .mismatch(other.asByteBuffer(otherOffset, length));
    }
}

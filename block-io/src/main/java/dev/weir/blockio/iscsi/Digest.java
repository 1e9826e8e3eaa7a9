package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.OffHeapMemory;

/** CRC32C as PDUs carry it (RFC 7143 13.1): the byte of the lowest powers first. */
final class Digest {
    private Digest() {}

    /** The four bytes of the digest, as a big-endian number. */
    static int of(OffHeapMemory memory, long offset, int bytes) {
        return Integer.reverseBytes(memory.crc32c(offset, bytes));
    }
}

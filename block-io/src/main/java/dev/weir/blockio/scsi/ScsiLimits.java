package dev.weir.blockio.scsi;

/** What one command may ask for; named here once, and told to initiators in VPD page B0h. */
final class ScsiLimits {
    private ScsiLimits() {}

    /** Blocks read or written by one command: bounds the buffer that a transport needs. */
    static final int MAX_TRANSFER_BYTES = 8 << 20;

    /** From this size on a transfer goes to a worker, so that small ones behind it do not wait. */
    static final int LARGE_TRANSFER_BYTES = 256 << 10;

    /** Extents in one UNMAP: what fits into one parameter list of 4 KiB, about. */
    static final int MAX_UNMAP_DESCRIPTORS = 255;

    /**
     * Blocks in one WRITE SAME, which may have to write them all: as many as its form of 10 bytes
     * can say, and no more in that of 16.
     */
    static final int MAX_WRITE_SAME_BLOCKS = 0xffff;

    /** Bytes in one UNMAP, which initiators take for a cheap command. */
    static final long MAX_UNMAP_BYTES = 512L << 20;

    /** Blocks that COMPARE AND WRITE takes: it stops all other commands. */
    static final int MAX_COMPARE_BLOCKS = 128;

    /** I_T nexuses registered with one logical unit for persistent reservations. */
    static final int MAX_REGISTRATIONS = 1024;

    /** Zeroed in one go; between such steps other commands run, and an abort is noticed. */
    static final long ZERO_STEP_BYTES = 64 << 20;
}

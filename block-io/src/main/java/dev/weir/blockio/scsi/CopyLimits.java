package dev.weir.blockio.scsi;

/** What EXTENDED COPY takes; told to initiators by RECEIVE COPY RESULTS (SPC-4 6.20). */
final class CopyLimits {
    private CopyLimits() {}

    static final int MAX_CSCDS = 16;
    static final int MAX_SEGMENTS = 64;

    static final int MAX_DESCRIPTOR_LIST_BYTES =
            MAX_CSCDS * CopyEnd.DESCRIPTOR_BYTES + MAX_SEGMENTS * CopySegment.BLOCK_TO_BLOCK_BYTES;

    /** The count of blocks has 16 bits. */
    static final int MAX_SEGMENT_BYTES = 0xffff * 512;

    /** Copies at a time: as many as there are workers to run commands. */
    static final int MAX_CONCURRENT = 16;
}

package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/**
 * A block device to block device segment descriptor (SPC-4 6.4.6.5).
 *
 * <pre>
 *  0  02h            4  source CSCD index        12  source LBA (8)
 *  1  DC (bit 1)     6  destination CSCD index   20  destination LBA (8)
 *  2  length 18h    10  number of blocks
 * </pre>
 */
record CopySegment(
        int source,
        int destination,
        boolean countsDestinationBlocks,
        int blocks,
        long sourceLba,
        long destinationLba) {

    static final int BLOCK_TO_BLOCK = 0x02;
    static final int BLOCK_TO_BLOCK_BYTES = 28;

    private static final int DC = 0x02;

    /** Checks the descriptor at this offset; returns its length. */
    static int check(ByteBuffer list, int at, int end) throws CheckCondition {
        if (list.get(at) != BLOCK_TO_BLOCK) {
            throw CheckCondition.of(Sense.UNSUPPORTED_SEGMENT_DESCRIPTOR_TYPE);
        }
        if (end - at < BLOCK_TO_BLOCK_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        if (list.getShort(at + 2) != BLOCK_TO_BLOCK_BYTES - 4) {
            throw CheckCondition.invalidParameter(at + 2);
        }
        return BLOCK_TO_BLOCK_BYTES;
    }

    static CopySegment at(ByteBuffer list, int at) {
        return new CopySegment(
                Short.toUnsignedInt(list.getShort(at + 4)),
                Short.toUnsignedInt(list.getShort(at + 6)),
                (list.get(at + 1) & DC) != 0,
                Short.toUnsignedInt(list.getShort(at + 10)),
                list.getLong(at + 12),
                list.getLong(at + 20));
    }

    int bytes() {
        return BLOCK_TO_BLOCK_BYTES;
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.BlockStatusVisitor;
import java.nio.ByteBuffer;

/**
 * Turns the runs of a device into LBA status descriptors (SBC-3 5.4.2), which count in logical
 * blocks: neighbours of the same kind become one, and a block that is a hole only in part counts as
 * mapped.
 */
final class LbaStatusList implements BlockStatusVisitor {
    private static final int HEADER_BYTES = 8;
    private static final int DESCRIPTOR_BYTES = 16;
    private static final int MAPPED = 0;
    private static final int DEALLOCATED = 1;
    private static final long MAX_BLOCKS = 0xffff_ffffL;

    private final Medium medium;
    private final ByteBuffer list;

    /** Bytes seen so far, from the start of the device. */
    private long seenBytes;

    /** The descriptor in the making. */
    private long lba;

    private long blocks;
    private boolean hole;

    LbaStatusList(Medium medium, long firstLba, int roomBytes) {
        this.medium = medium;
        this.lba = firstLba;
        this.seenBytes = medium.toBytes(firstLba);
        int descriptors = Math.max(1, (roomBytes - HEADER_BYTES) / DESCRIPTOR_BYTES);
        this.list = ByteBuffer.allocate(HEADER_BYTES + descriptors * DESCRIPTOR_BYTES);
        list.position(HEADER_BYTES);
    }

    @Override
    public boolean visit(long length, boolean runIsHole, boolean zero) {
        seenBytes += length;
        boolean unmapped = runIsHole && zero;
        long last = lba + blocks;
        // A hole covers a block only if it reaches its end; data covers every block it touches.
        long end =
                unmapped
                        ? medium.toBlocks(seenBytes)
                        : medium.toBlocks(seenBytes + medium.blockBytes() - 1);
        if (end <= last) {
            return true;
        }
        if (blocks > 0 && unmapped != hole && !close()) {
            return false;
        }
        hole = unmapped;
        blocks += end - last;
        while (blocks > MAX_BLOCKS) {
            long rest = blocks - MAX_BLOCKS;
            blocks = MAX_BLOCKS;
            if (!close()) {
                return false;
            }
            blocks = rest;
        }
        return true;
    }

    /** The whole answer. */
    ByteBuffer finish() {
        if (blocks == 0 && list.position() == HEADER_BYTES) {
            // The device told of less than a block; what is not known to be a hole is mapped.
            blocks = 1;
            hole = false;
        }
        if (blocks > 0 && list.hasRemaining()) {
            close();
        }
        list.putInt(0, list.position() - 4);
        return list;
    }

    /** Writes the descriptor down; returns whether there is room for another. */
    private boolean close() {
        list.putLong(lba).putInt((int) blocks).put((byte) (hole ? DEALLOCATED : MAPPED));
        list.put((byte) 0).putShort((short) 0);
        lba += blocks;
        blocks = 0;
        return list.hasRemaining();
    }
}

package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.IoBuffer;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * EXTENDED COPY (LID1) (SPC-4 6.4): copies blocks between logical units that the initiator itself
 * could read and write, on the same path. Identifiers are looked up among the logical units of this
 * very nexus and nowhere else: what an initiator may not see, it cannot copy.
 */
final class CopyManager {
    private CopyManager() {}

    private static final int HEADER_BYTES = 16;

    /** LIST ID USAGE 11b: no list identifier, no status to be asked for. */
    private static final int NO_LIST_ID = 0b11;

    /** A parameter list, checked for its shape. */
    private record Request(int listId, boolean named, int segmentsAt, int segmentsEnd) {}

    static List<Operation> operations() {
        return List.of(
                Operation.ofAction(
                        "83 00 00 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                        Access.WRITE,
                        CopyManager::prepare,
                        CopyManager::run));
    }

    private static void prepare(Command command) throws CheckCondition {
        long length = Cdb.u32(command.cdb(), 10);
        if (length > Command.MAX_PARAMETER_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        command.expectOut(length);
        command.mayBlock();
    }

    private static void run(Command command) throws CommandTermination, StorageException {
        ByteBuffer list = command.parameters();
        if (command.outBytes() == 0) {
            return;
        }
        Request request = check(list);
        CopyResults results = command.itl().copies();
        int done = 0;
        long bytes = 0;
        boolean complete = false;
        try {
            for (int at = request.segmentsAt(); at < request.segmentsEnd(); ) {
                CopySegment segment = CopySegment.at(list, at);
                bytes += copy(command, list, segment);
                done++;
                at += segment.bytes();
            }
            complete = true;
        } finally {
            if (request.named()) {
                results.put(request.listId(), new CopyResults.Result(complete, done, bytes));
            }
        }
    }

    /** All descriptors are checked before the first block is copied. */
    private static Request check(ByteBuffer list) throws CheckCondition {
        if (list.limit() < HEADER_BYTES) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        int listId = Byte.toUnsignedInt(list.get(0));
        boolean named = (list.get(1) >> 3 & 0b11) != NO_LIST_ID;
        int cscdBytes = Short.toUnsignedInt(list.getShort(2));
        long segmentBytes = Integer.toUnsignedLong(list.getInt(8));
        if (cscdBytes + segmentBytes > CopyLimits.MAX_DESCRIPTOR_LIST_BYTES
                || HEADER_BYTES + cscdBytes + segmentBytes > list.limit()) {
            throw CheckCondition.of(Sense.PARAMETER_LIST_LENGTH_ERROR);
        }
        if (list.getInt(12) != 0) {
            throw CheckCondition.of(Sense.INLINE_DATA_LENGTH_EXCEEDED);
        }
        if (cscdBytes % CopyEnd.DESCRIPTOR_BYTES != 0) {
            throw CheckCondition.invalidParameter(2);
        }
        if (cscdBytes / CopyEnd.DESCRIPTOR_BYTES > CopyLimits.MAX_CSCDS) {
            throw CheckCondition.of(Sense.TOO_MANY_CSCD_DESCRIPTORS);
        }
        int segmentsAt = HEADER_BYTES + cscdBytes;
        for (int at = HEADER_BYTES; at < segmentsAt; at += CopyEnd.DESCRIPTOR_BYTES) {
            CopyEnd.checkType(list, at);
        }
        int segmentsEnd = segmentsAt + (int) segmentBytes;
        int segments = 0;
        for (int at = segmentsAt; at < segmentsEnd; segments++) {
            if (segments == CopyLimits.MAX_SEGMENTS) {
                throw CheckCondition.of(Sense.TOO_MANY_SEGMENT_DESCRIPTORS);
            }
            at += CopySegment.check(list, at, segmentsEnd);
        }
        return new Request(listId, named, segmentsAt, segmentsEnd);
    }

    private static long copy(Command command, ByteBuffer list, CopySegment segment)
            throws CommandTermination, StorageException {
        CopyEnd source = end(command, list, segment.source(), Access.READ);
        CopyEnd destination = end(command, list, segment.destination(), Access.WRITE);
        Medium from = source.medium();
        Medium to = destination.medium();
        Medium counted = segment.countsDestinationBlocks() ? to : from;
        long bytes = counted.toBytes(segment.blocks());
        if (bytes % from.blockBytes() != 0 || bytes % to.blockBytes() != 0) {
            throw CheckCondition.of(Sense.COPY_ABORTED);
        }
        source.checkRange(segment.sourceLba(), bytes);
        destination.checkRange(segment.destinationLba(), bytes);
        destination.requireWritable();
        long readAt = from.toBytes(segment.sourceLba());
        long writeAt = to.toBytes(segment.destinationLba());
        // Within one device, be it seen as two units, a range that moves up by less than its length
        // is copied from its end.
        boolean backwards = from.device().equals(to.device()) && writeAt > readAt;
        boolean durable = destination.writesThrough();
        IoBuffer scratch = command.unit().scratch().acquire(LogicalUnit.SCRATCH_BYTES);
        try {
            for (long done = 0; done < bytes; ) {
                int step = (int) Math.min(bytes - done, LogicalUnit.SCRATCH_BYTES);
                long offset = backwards ? bytes - done - step : done;
                from.read(source, readAt + offset, scratch.memory(), 0, step);
                store(scratch, step, destination, writeAt + offset, durable);
                done += step;
            }
        } finally {
            command.unit().scratch().release(scratch);
        }
        return bytes;
    }

    /** Zeros take no space where they are copied to, as they may take none where they come from. */
    private static void store(
            IoBuffer scratch, int length, CopyEnd destination, long offset, boolean durable)
            throws CommandTermination, StorageException {
        Medium to = destination.medium();
        if (scratch.memory().isZero(0, length)) {
            to.shared(
                    destination, blocks -> blocks.zero(offset, length, ZeroMode.MAY_TRIM, durable));
        } else {
            to.write(destination, offset, scratch.memory(), 0, length, durable);
        }
    }

    private static CopyEnd end(Command command, ByteBuffer list, int index, Access access)
            throws CommandTermination {
        int at = HEADER_BYTES + index * CopyEnd.DESCRIPTOR_BYTES;
        if (at >= HEADER_BYTES + Short.toUnsignedInt(list.getShort(2))) {
            throw CheckCondition.of(Sense.COPY_TARGET_NOT_REACHABLE);
        }
        return CopyEnd.find(command, list, at, access);
    }
}

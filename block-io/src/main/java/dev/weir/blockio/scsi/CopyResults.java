package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * RECEIVE COPY RESULTS (SPC-4 6.18, 6.20): what became of the copies of one initiator. List
 * identifiers have one byte, so that at most 256 results are kept. Thread-safe.
 */
final class CopyResults {
    private static final int COMPLETED = 0x01;
    private static final int FAILED = 0x02;
    private static final int MAX_TRANSFER_COUNT = Integer.MAX_VALUE;

    private final Map<Integer, Result> results = new ConcurrentHashMap<>();

    /** How a copy ended. */
    record Result(boolean complete, int segments, long bytes) {}

    static List<Operation> operations() {
        return List.of(
                Operation.ofAction(
                        "84 00 ff 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                        Access.STATUS,
                        CopyResults::prepare,
                        CopyResults::copyStatus),
                Operation.ofAction(
                        "84 03 00 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                        Access.STATUS,
                        CopyResults::prepare,
                        CopyResults::operatingParameters));
    }

    void put(int listId, Result result) {
        results.put(listId, result);
    }

    private static void prepare(Command command) {
        command.allocate(Cdb.u32(command.cdb(), 10));
    }

    private static void copyStatus(Command command) throws CheckCondition {
        @Nullable Result result = command.itl().copies().results.get(Cdb.u8(command.cdb(), 2));
        if (result == null) {
            throw CheckCondition.invalidCdb(2);
        }
        ByteBuffer answer = ByteBuffer.allocate(12);
        answer.putInt(8).put((byte) (result.complete() ? COMPLETED : FAILED));
        answer.putShort((short) result.segments()).put((byte) 0); // counted in bytes
        answer.putInt((int) Math.min(result.bytes(), MAX_TRANSFER_COUNT));
        command.respond(answer);
    }

    private static void operatingParameters(Command command) {
        ByteBuffer answer = ByteBuffer.allocate(46);
        answer.putInt(answer.capacity() - 4).put((byte) 0x01); // SNLID: list IDs may be left out
        answer.position(8);
        answer.putShort((short) CopyLimits.MAX_CSCDS);
        answer.putShort((short) CopyLimits.MAX_SEGMENTS);
        answer.putInt(CopyLimits.MAX_DESCRIPTOR_LIST_BYTES);
        answer.putInt(CopyLimits.MAX_SEGMENT_BYTES);
        answer.putInt(0).putInt(0).putInt(0); // no inline data, held data or streams
        answer.putShort((short) 0).putShort((short) CopyLimits.MAX_CONCURRENT);
        answer.put((byte) CopyLimits.MAX_CONCURRENT);
        answer.put((byte) 9).put((byte) 0).put((byte) 0); // granularity: 2^9 bytes
        answer.position(43).put((byte) 2);
        answer.put((byte) CopySegment.BLOCK_TO_BLOCK).put((byte) 0xe4);
        command.respond(answer);
    }
}

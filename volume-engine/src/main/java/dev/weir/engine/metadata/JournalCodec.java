package dev.weir.engine.metadata;

import dev.weir.blockio.memory.OffHeapMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How journal records look.
 *
 * <pre>
 *  0   u32  CRC32C of bytes 4 to the end, and of the pool's id
 *  4   u32  length in bytes, header and padding included; a multiple of 32
 *  8   u64  position in the journal; its place in the ring is this modulo the ring's size
 *  16  u64  incarnation: how often the pool had been opened when it was written
 *  24  u32  type: 1 slots set, 2 volume set, 3 volume removed, 4 skip to the end of the ring, 5 durable mark
 *  28  u32  count of runs, or the volume number
 *  32  u64  position up to which the journal was known to be durable when this was written; not in a skip
 *  40       slots set: a run each 24 bytes: u32 extent, u32 slot, u32 count, u32 volume, u64 grain
 *           volume set: a catalog entry
 * </pre>
 */
final class JournalCodec {
    static final int ALIGNMENT = 32;
    static final int HEADER_BYTES = 40;

    /** A skip is as short as the room it may have. */
    static final int SKIP_BYTES = 32;

    /** More runs than this go into several records. */
    static final int MAX_RUNS = 1024;

    private static final int RUN_BYTES = 24;
    static final int MAX_RECORD_BYTES = align(HEADER_BYTES + MAX_RUNS * RUN_BYTES);

    private static final int CHECKSUM = 0;
    private static final int LENGTH = 4;
    private static final int POSITION = 8;
    private static final int INCARNATION = 16;
    private static final int TYPE = 24;
    private static final int COUNT = 28;
    private static final int DURABLE = 32;

    private static final int SLOTS_SET = 1;
    private static final int VOLUME_SET = 2;
    private static final int VOLUME_REMOVED = 3;
    private static final int SKIP = 4;
    private static final int DURABLE_MARK = 5;

    private final byte[] poolId;

    JournalCodec(UUID poolId) {
        this.poolId = poolId.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    static int lengthOf(JournalRecord record) {
        return switch (record) {
            case JournalRecord.SlotsSet slots ->
                    align(HEADER_BYTES + slots.runs().size() * RUN_BYTES);
            case JournalRecord.VolumeSet _ -> align(HEADER_BYTES + VolumeEntry.BYTES);
            case JournalRecord.VolumeRemoved _, JournalRecord.DurableMark _ -> align(HEADER_BYTES);
        };
    }

    /** Encodes at the start of {@code memory}; returns the length. */
    int encode(
            JournalRecord record,
            long position,
            long incarnation,
            long durable,
            OffHeapMemory memory) {
        int length = lengthOf(record);
        memory.zero(0, length);
        switch (record) {
            case JournalRecord.SlotsSet slots -> {
                header(memory, length, position, incarnation, SLOTS_SET, slots.runs().size());
                long at = HEADER_BYTES;
                for (SlotRun run : slots.runs()) {
                    encodeRun(run, memory, at);
                    at += RUN_BYTES;
                }
            }
            case JournalRecord.VolumeSet set -> {
                header(memory, length, position, incarnation, VOLUME_SET, set.volume().number());
                set.volume().encode(memory, HEADER_BYTES);
            }
            case JournalRecord.VolumeRemoved removed ->
                    header(memory, length, position, incarnation, VOLUME_REMOVED, removed.number());
            case JournalRecord.DurableMark _ ->
                    header(memory, length, position, incarnation, DURABLE_MARK, 0);
        }
        memory.setLong(DURABLE, durable);
        memory.setInt(CHECKSUM, checksum(memory, length));
        return length;
    }

    /** Encodes the header alone of a record that says: go on at the start of the ring. */
    void encodeSkip(int length, long position, long incarnation, OffHeapMemory memory) {
        memory.zero(0, SKIP_BYTES);
        header(memory, length, position, incarnation, SKIP, 0);
        memory.setInt(CHECKSUM, checksum(memory, SKIP_BYTES));
    }

    /**
     * The length that a record at the start of {@code memory} claims, or 0 if no record can be
     * there.
     */
    int claimedLength(OffHeapMemory memory, long position, long incarnation, long roomInRing) {
        int length = memory.getInt(LENGTH);
        boolean plausible =
                memory.getLong(POSITION) == position
                        && memory.getLong(INCARNATION) == incarnation
                        && length >= SKIP_BYTES
                        && length % ALIGNMENT == 0
                        && length <= roomInRing
                        && (isSkip(memory)
                                || (length >= HEADER_BYTES && length <= MAX_RECORD_BYTES));
        return plausible ? length : 0;
    }

    static boolean isSkip(OffHeapMemory memory) {
        return memory.getInt(TYPE) == SKIP;
    }

    /** Whether the checksum over the record holds; of a skip, only the header counts. */
    boolean isIntact(OffHeapMemory memory, int length) {
        return memory.getInt(CHECKSUM) == checksum(memory, isSkip(memory) ? SKIP_BYTES : length);
    }

    /** How far the journal was known to be durable when an intact record was written. */
    static long durable(OffHeapMemory memory) {
        return isSkip(memory) ? 0 : memory.getLong(DURABLE);
    }

    /** Decodes an intact record that is no skip. */
    static JournalRecord decode(OffHeapMemory memory, int length) {
        int count = memory.getInt(COUNT);
        return switch (memory.getInt(TYPE)) {
            case SLOTS_SET -> {
                List<SlotRun> runs = new ArrayList<>();
                for (long at = HEADER_BYTES;
                        runs.size() < count && at + RUN_BYTES <= length;
                        at += RUN_BYTES) {
                    runs.add(decodeRun(memory, at));
                }
                yield new JournalRecord.SlotsSet(runs);
            }
            case VOLUME_SET ->
                    new JournalRecord.VolumeSet(VolumeEntry.decode(memory, HEADER_BYTES));
            case VOLUME_REMOVED -> new JournalRecord.VolumeRemoved(count);
            case DURABLE_MARK -> new JournalRecord.DurableMark();
            default ->
                    throw new IllegalArgumentException(
                            "unknown record type " + memory.getInt(TYPE));
        };
    }

    private static void header(
            OffHeapMemory memory,
            int length,
            long position,
            long incarnation,
            int type,
            int count) {
        memory.setInt(LENGTH, length);
        memory.setLong(POSITION, position);
        memory.setLong(INCARNATION, incarnation);
        memory.setInt(TYPE, type);
        memory.setInt(COUNT, count);
    }

    private static void encodeRun(SlotRun run, OffHeapMemory memory, long at) {
        memory.setInt(at, run.extent());
        memory.setInt(at + 4, run.slot());
        memory.setInt(at + 8, run.count());
        memory.setInt(at + 12, run.volume());
        memory.setLong(at + 16, run.grain());
    }

    private static SlotRun decodeRun(OffHeapMemory memory, long at) {
        return new SlotRun(
                memory.getInt(at),
                memory.getInt(at + 4),
                memory.getInt(at + 8),
                memory.getInt(at + 12),
                memory.getLong(at + 16));
    }

    private int checksum(OffHeapMemory memory, int length) {
        CRC32C crc = new CRC32C();
        crc.update(memory.asByteBuffer(LENGTH, length - LENGTH));
        crc.update(poolId);
        return (int) crc.getValue();
    }

    private static int align(int bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}

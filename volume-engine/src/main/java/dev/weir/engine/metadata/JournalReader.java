package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.function.Consumer;

/**
 * Reads the journal that a member holds, from the position that the superblock names to the first
 * record that is not intact. Used by one thread.
 *
 * <p>Where it ends, a loss of power may have cut it off, and then whatever follows does not count.
 * But when an intact record further on says that the journal was durable beyond that point, what is
 * broken was promised, and is damage.
 */
final class JournalReader implements AutoCloseable {
    private final Member member;
    private final JournalCodec codec;
    private final long ringBytes;
    private final long from;
    private final long incarnation;
    private final OffHeapMemory memory = OffHeapMemory.allocate(JournalCodec.MAX_RECORD_BYTES);

    /**
     * @param from position of the first record
     * @param incarnation the one that the records were written in
     */
    JournalReader(Member member, JournalCodec codec, long ringBytes, long from, long incarnation) {
        this.member = member;
        this.codec = codec;
        this.ringBytes = ringBytes;
        this.from = from;
        this.incarnation = incarnation;
    }

    /** Hands over the records that change something, in order; returns how many there were. */
    long read(Consumer<JournalRecord> consumer) throws StorageException {
        long count = 0;
        long position = from;
        int length = recordAt(position);
        while (length > 0) {
            if (!JournalCodec.isSkip(memory)) {
                JournalRecord record = JournalCodec.decode(memory, length);
                if (!(record instanceof JournalRecord.DurableMark)) {
                    consumer.accept(record);
                    count++;
                }
            }
            position += length;
            length = recordAt(position);
        }
        requireNothingDurableBeyond(position);
        return count;
    }

    private void requireNothingDurableBeyond(long end) throws StorageException {
        for (long position = end + JournalCodec.ALIGNMENT;
                position - from < ringBytes;
                position += JournalCodec.ALIGNMENT) {
            if (recordAt(position) > 0 && JournalCodec.durable(memory) > end) {
                throw new StorageException(
                        new StorageFailure.Corrupt(
                                "the journal on "
                                        + member
                                        + " is broken at position "
                                        + end
                                        + ", before records that had been made durable"));
            }
        }
    }

    /** Reads the record at a position; returns its length, or 0 if none is there. */
    private int recordAt(long position) throws StorageException {
        long room = Math.min(ringBytes - position % ringBytes, ringBytes - (position - from));
        if (room < JournalCodec.SKIP_BYTES) {
            return 0;
        }
        long offset = member.layout().journalOffset() + position % ringBytes;
        member.read(offset, memory, 0, JournalCodec.SKIP_BYTES);
        int length = codec.claimedLength(memory, position, incarnation, room);
        if (length > 0 && !JournalCodec.isSkip(memory)) {
            member.read(offset, memory, 0, length);
        }
        return length > 0 && codec.isIntact(memory, length) ? length : 0;
    }

    @Override
    public void close() {
        memory.close();
    }
}

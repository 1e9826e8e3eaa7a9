package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A ring of records on one or two members: every change of metadata since the last checkpoint, in
 * order.
 *
 * <pre>
 *        start                         head
 *  ...free | record | record | record | free...        start and head only grow; place = position modulo ring size
 * </pre>
 *
 * <p>A record counts when its checksum holds, its position is where it stands, and its incarnation
 * is the current one; the first that does not ends the journal. Opening a pool starts a new
 * incarnation, so that records of a future that a loss of power undid can never follow those of the
 * one that came instead.
 *
 * <p>A record that was appended has survived the death of the process; a loss of power only once
 * its members were flushed. Not safe for use by several threads: {@link MetadataStore} guards it.
 */
final class Journal {
    private final JournalCodec codec;
    private final long ringBytes;
    private final List<Member> homes = new CopyOnWriteArrayList<>();
    private final OffHeapMemory scratch = OffHeapMemory.allocate(JournalCodec.MAX_RECORD_BYTES);
    private final long incarnation;
    private long start;
    private long head;

    /** Up to here everything was durable, as far as is known. */
    private long durable;

    /** Where the last durable mark ended. */
    private long marked;

    Journal(
            JournalCodec codec,
            long ringBytes,
            List<Member> homes,
            long incarnation,
            long position) {
        this.codec = codec;
        this.ringBytes = ringBytes;
        this.homes.addAll(homes);
        this.incarnation = incarnation;
        this.start = position;
        this.head = position;
        this.durable = position;
        this.marked = position;
    }

    long head() {
        return head;
    }

    long start() {
        return start;
    }

    long incarnation() {
        return incarnation;
    }

    List<Member> homes() {
        return homes;
    }

    /** Adds a member whose ring is empty; only valid when the journal is. */
    void addHome(Member member) {
        if (start != head) {
            throw new IllegalStateException("the journal is not empty");
        }
        homes.add(member);
    }

    /** Undoes {@link #addHome}. */
    void removeHome(Member member) {
        homes.remove(member);
    }

    boolean hasHomeOnline() {
        return homes.stream().anyMatch(Member::isOnline);
    }

    /** Fails unless some member still holds the journal. */
    void requireHome() throws StorageException {
        if (!hasHomeOnline()) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed("the journal", "no device holds it any more"));
        }
    }

    void close() {
        scratch.close();
    }

    /** Whether a record of this length fits, also when the end of the ring must be skipped. */
    boolean hasRoomFor(int length) {
        return head + skipBefore(length) + length - start <= ringBytes;
    }

    /** How full the ring is, from 0 to 1. */
    double fill() {
        return (double) (head - start) / ringBytes;
    }

    /** Appends a record; the caller has seen to it that there is room. */
    void append(JournalRecord record) throws StorageException {
        int length = JournalCodec.lengthOf(record);
        int skip = skipBefore(length);
        if (skip > 0) {
            codec.encodeSkip(skip, head, incarnation, scratch);
            write(head, JournalCodec.SKIP_BYTES);
        }
        codec.encode(record, head + skip, incarnation, durable, scratch);
        write(head + skip, length);
        head += skip + length;
    }

    /**
     * Takes notice that a flush covered what lies before a position, and says so in the journal if
     * that is news.
     */
    void noteDurable(long position) throws StorageException {
        durable = Math.max(durable, position);
        JournalRecord mark = new JournalRecord.DurableMark();
        if (durable > marked && hasRoomFor(JournalCodec.lengthOf(mark))) {
            append(mark);
            marked = head;
        }
    }

    /** Forgets what lies before a position that a durable checkpoint covers. */
    void discardBefore(long position) {
        start = position;
    }

    /** Bytes to skip so that a record does not cross the end of the ring. */
    private int skipBefore(int length) {
        long toEnd = ringBytes - head % ringBytes;
        return toEnd < length ? (int) toEnd : 0;
    }

    private void write(long position, int length) throws StorageException {
        boolean written = false;
        for (Member member : homes) {
            if (member.isOnline()) {
                try {
                    member.write(
                            member.layout().journalOffset() + position % ringBytes,
                            scratch,
                            0,
                            length);
                    written = true;
                } catch (StorageException e) {
                    member.fail("journal: " + e.getMessage());
                }
            }
        }
        if (!written) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed("the journal", "no device holds it any more"));
        }
    }
}

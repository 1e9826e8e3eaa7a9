package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The values that one sector of a volume may have.
 *
 * <pre>
 * base ... older, unflushed ... | present ... in flight
 * '------ after a power loss -------------------------'
 *                               '-- now, after a kill '
 * </pre>
 *
 * The base is durable: nothing older may come back. Usually one value is present; a request that is
 * in flight or has failed leaves both what was and what it wanted. One writer at a time changes a
 * sector; the {@link VolumeModel} serialises access.
 */
final class SectorHistory {
    private static final long UNSETTLED = Long.MAX_VALUE;

    /** One value, and when the request that set it was done. */
    static final class Entry {
        private SectorValue value;
        private long settledAt;

        private Entry(SectorValue value, long settledAt) {
            this.value = value;
            this.settledAt = settledAt;
        }
    }

    private final List<Entry> entries = new ArrayList<>(1);
    private int present;

    SectorHistory(SectorValue durable) {
        entries.add(new Entry(durable, 0));
    }

    /**
     * A request begins that will set the part from {@code from} to {@code to}; returns what to
     * settle when it is done.
     */
    Entry begin(int from, int to, SectorValue value) {
        int first = entries.size();
        if (from == 0 && to == SectorValue.BYTES) {
            entries.add(new Entry(value, UNSETTLED));
        } else {
            for (SectorValue below : present()) {
                entries.add(new Entry(new SectorValue.Patched(below, from, to, value), UNSETTLED));
            }
        }
        return entries.get(first);
    }

    /** The request that began with {@code entry}, the last one to begin, is done. */
    void settle(Entry entry, long time) {
        present = entries.indexOf(entry);
        entry.settledAt = time;
    }

    /** A flush that began at {@code time} is done: what had settled before it is durable. */
    void flushed(long time) {
        for (int i = entries.size() - 1; i > 0; i--) {
            if (entries.get(i).settledAt < time) {
                dropBefore(i);
                return;
            }
        }
    }

    /**
     * A request with {@code fua} that set the part is done: the part is durable, whichever of its
     * older values the rest of the sector has.
     */
    void makeDurable(int from, int to, SectorValue value) {
        if (from == 0 && to == SectorValue.BYTES) {
            dropBefore(present);
            return;
        }
        for (Entry old : entries.subList(0, present)) {
            old.value = new SectorValue.Patched(old.value, from, to, value);
        }
    }

    /** Somebody read the sector: of the present values it was this one. */
    void observed(SectorValue value) {
        if (entries.size() - present > 1) {
            entries.add(new Entry(value, UNSETTLED));
            present = entries.size() - 1;
        }
    }

    /** What it may read as now. */
    List<SectorValue> present() {
        return values().skip(present).toList();
    }

    /** What it may read as after a loss of power; the base comes first. */
    List<SectorValue> all() {
        return values().toList();
    }

    private Stream<SectorValue> values() {
        return entries.stream().map(entry -> entry.value);
    }

    private void dropBefore(int index) {
        entries.subList(0, index).clear();
        present -= index;
    }
}

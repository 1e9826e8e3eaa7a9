package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * The values that one sector of a volume may have, as a history of the requests that set it.
 *
 * <pre>
 *  base ---- A ----------            time -->
 *              --- B ---
 *                          -- C ...            C is in flight
 * </pre>
 *
 * A request is superseded by one that began after it had ended and that succeeded; of requests that
 * overlap either may come last. What is not superseded may be read now. What is not superseded by a
 * request that was made durable may be read after a loss of power. The {@link VolumeModel} that
 * owns it serialises access and keeps the clock.
 */
final class SectorHistory {
    private static final long NOT_ENDED = Long.MAX_VALUE;

    private enum Outcome {
        /** In flight, or failed: it may have had an effect. */
        UNKNOWN,
        /** It had its effect, as far as readers can tell. */
        SEEN,
        DONE,
        DURABLE
    }

    /** One request, and the values it may have left. */
    static final class Entry {
        private List<SectorValue> values;
        private final long begun;
        private long ended = NOT_ENDED;
        private Outcome outcome = Outcome.UNKNOWN;

        private Entry(List<SectorValue> values, long begun) {
            this.values = values;
            this.begun = begun;
        }

        private boolean supersedes(Entry other, long before) {
            return outcome != Outcome.UNKNOWN && begun > other.ended && ended < before;
        }
    }

    private final List<Entry> entries = new ArrayList<>(1);

    SectorHistory(SectorValue durable) {
        Entry base = new Entry(List.of(durable), 0);
        base.ended = 0;
        base.outcome = Outcome.DURABLE;
        entries.add(base);
    }

    /** A request begins that will set the part from {@code from} to {@code to}. */
    Entry begin(int from, int to, SectorValue value, long now) {
        boolean whole = from == 0 && to == SectorValue.BYTES;
        Entry entry =
                new Entry(whole ? List.of(value) : patched(present(now), from, to, value), now);
        entries.add(entry);
        return entry;
    }

    /** A request has succeeded. */
    void done(Entry entry, long now) {
        entry.ended = now;
        entry.outcome = Outcome.DONE;
    }

    /** A request has failed; it may have had its effect, all of it or none. */
    void failed(Entry entry, long now) {
        entry.ended = now;
    }

    /** The process has died: nothing is in flight any more. */
    void crashed(long now) {
        entries.stream().filter(e -> e.ended == NOT_ENDED).forEach(e -> failed(e, now));
    }

    /**
     * The sector is out of reach after a crash: no flush reaches what was not durable by then, so
     * it stays as uncertain as it is.
     */
    void outOfReach(long now) {
        Entry either = new Entry(afterPowerLoss(), 0);
        either.ended = now;
        either.outcome = Outcome.DURABLE;
        entries.clear();
        entries.add(either);
    }

    /** A flush that began at {@code begun} has succeeded. */
    void flushed(long begun) {
        for (Entry entry : entries) {
            if (entry.outcome == Outcome.DONE && entry.ended < begun) {
                entry.outcome = Outcome.DURABLE;
            }
        }
    }

    /**
     * A request with {@code fua} has succeeded: the part it set is durable, whichever of its older
     * values the rest of the sector has.
     */
    void makeDurable(Entry entry, int from, int to, SectorValue value) {
        if (from != 0 || to != SectorValue.BYTES) {
            entry.values = patched(afterPowerLoss(), from, to, value);
        }
        entry.outcome = Outcome.DURABLE;
    }

    /**
     * Somebody read the sector: if nothing was in flight since the read began, that is what it is.
     */
    void observed(SectorValue value, long begun, long now) {
        boolean quiet = entries.stream().allMatch(e -> e.ended < begun);
        if (quiet && present(now).size() > 1) {
            Entry entry = new Entry(List.of(value), now);
            entry.ended = now;
            entry.outcome = Outcome.SEEN;
            entries.add(entry);
        }
    }

    /** What somebody may read who began to at {@code since}. */
    List<SectorValue> present(long since) {
        return entries.stream()
                .filter(e -> entries.stream().noneMatch(f -> f.supersedes(e, since)))
                .flatMap(e -> e.values.stream())
                .toList();
    }

    /** What it may read as after a loss of power. */
    List<SectorValue> afterPowerLoss() {
        return entries.stream()
                .filter(e -> !superseded(e, NOT_ENDED))
                .flatMap(e -> e.values.stream())
                .toList();
    }

    /** Forgets what nobody can read any more who began to at {@code since} or later. */
    void prune(long since) {
        if (entries.size() > 1) {
            entries.removeIf(e -> superseded(e, since));
        }
    }

    /** Whether neither a reader nor a loss of power can find anything but one value. */
    boolean isSettled() {
        return entries.size() == 1 && entries.getFirst().outcome == Outcome.DURABLE;
    }

    private boolean superseded(Entry entry, long before) {
        return entries.stream()
                .anyMatch(f -> f.outcome == Outcome.DURABLE && f.supersedes(entry, before));
    }

    private static List<SectorValue> patched(
            List<SectorValue> below, int from, int to, SectorValue value) {
        return below.stream()
                .<SectorValue>map(b -> new SectorValue.Patched(b, from, to, value))
                .toList();
    }
}

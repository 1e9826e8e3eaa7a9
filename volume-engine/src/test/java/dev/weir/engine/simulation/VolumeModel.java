package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What a volume may read as, sector by sector. Callers tell it of each request before they issue it
 * and after it returned. Requests that overlap in range may overlap in time if they consist of
 * whole sectors. Used from any thread.
 */
final class VolumeModel {
    private static final int SECTOR_BYTES = SectorValue.BYTES;
    private static final byte[] ZEROS = new byte[SECTOR_BYTES];

    /** The part of one sector that a request sets. */
    private record Part(SectorHistory history, int from, int to, SectorHistory.Entry entry) {}

    /** A request that has begun and whose outcome the model has not been told yet. */
    record Change(SectorValue value, List<Part> parts) {}

    private final UUID id;
    private final long tag;
    private final TreeMap<Long, SectorHistory> sectors = new TreeMap<>();

    /** Histories of more than one durable value. */
    private final Set<SectorHistory> unsettled = new LinkedHashSet<>();

    /** When the reads that are under way began. */
    private final TreeSet<Long> readers = new TreeSet<>();

    private String name;
    private long sizeBytes;
    private long writes;
    private long clock = 1;

    /**
     * @param tag the number stamped into everything written; never used for another volume
     */
    VolumeModel(UUID id, long tag, String name, long sizeBytes) {
        this.id = id;
        this.tag = tag;
        this.name = name;
        this.sizeBytes = sizeBytes;
    }

    UUID id() {
        return id;
    }

    synchronized String name() {
        return name;
    }

    synchronized void rename(String newName) {
        name = newName;
    }

    synchronized long sizeBytes() {
        return sizeBytes;
    }

    /** The volume has this size, durably; what lay beyond it is gone. */
    synchronized void resize(long newSizeBytes) {
        sizeBytes = newSizeBytes;
        sectors.tailMap(newSizeBytes / SECTOR_BYTES, true).clear();
    }

    /** Fills {@code bytes} with what the next write to {@code offset} stores; gives its number. */
    synchronized SectorValue nextWrite(long offset, byte[] bytes) {
        writes++;
        Stamp.fill(bytes, tag, offset, writes);
        return new SectorValue.Written(writes);
    }

    /** A request begins that makes the range hold {@code value}. */
    synchronized Change begin(long offset, long length, SectorValue value) {
        clock++;
        List<Part> parts = new ArrayList<>();
        for (long at = offset; at < offset + length; ) {
            int from = (int) (at % SECTOR_BYTES);
            int to = (int) Math.min(SECTOR_BYTES, from + offset + length - at);
            SectorHistory history =
                    sectors.computeIfAbsent(
                            at / SECTOR_BYTES, sector -> new SectorHistory(SectorValue.Zero.ZERO));
            parts.add(begin(history, from, to, value));
            at += to - from;
        }
        return new Change(value, parts);
    }

    /**
     * A trim begins while nobody else changes the range; where nothing was ever written it changes
     * nothing.
     */
    synchronized Change beginTrim(long offset, long length) {
        clock++;
        List<Part> parts = new ArrayList<>();
        long end = Math.ceilDiv(offset + length, SECTOR_BYTES);
        sectors.subMap(offset / SECTOR_BYTES, end)
                .forEach((sector, history) -> {
                    long at = sector * SECTOR_BYTES;
                    int from = (int) Math.max(0, offset - at);
                    int to = (int) Math.min(SECTOR_BYTES, offset + length - at);
                    parts.add(begin(history, from, to, SectorValue.Zero.ZERO));
                });
        return new Change(SectorValue.Zero.ZERO, parts);
    }

    private Part begin(SectorHistory history, int from, int to, SectorValue value) {
        unsettled.add(history);
        return new Part(history, from, to, history.begin(from, to, value, clock));
    }

    /** The request has succeeded. */
    synchronized void done(Change change, boolean fua) {
        clock++;
        for (Part part : change.parts()) {
            part.history().done(part.entry(), clock);
            if (fua) {
                part.history().makeDurable(part.entry(), part.from(), part.to(), change.value());
                part.history().prune(oldestReader());
            }
        }
    }

    /** The request has failed. */
    synchronized void failed(Change change) {
        clock++;
        change.parts().forEach(part -> part.history().failed(part.entry(), clock));
    }

    /** The process has died. */
    synchronized void crashed() {
        clock++;
        readers.clear();
        unsettled.forEach(history -> history.crashed(clock));
    }

    /** After a crash a range cannot be read, because its device is gone for now. */
    synchronized void outOfReach(long offset, long length) {
        clock++;
        for (long at = offset; at < offset + length; at += SECTOR_BYTES) {
            SectorHistory history = sectors.get(at / SECTOR_BYTES);
            if (history != null) {
                history.outOfReach(clock);
            }
        }
    }

    /** A flush begins; the result is for {@link #flushed}. */
    synchronized long beginFlush() {
        return ++clock;
    }

    /** The flush has succeeded. */
    synchronized void flushed(long begun) {
        long oldestReader = oldestReader();
        unsettled.removeIf(history -> {
            history.flushed(begun);
            history.prune(oldestReader);
            return history.isSettled();
        });
    }

    /** A read, or a question for the status, begins; the result is for {@link #endRead}. */
    synchronized long beginRead() {
        readers.add(++clock);
        return clock;
    }

    synchronized void endRead(long begun) {
        readers.remove(begun);
    }

    /**
     * Compares what was read at {@code offset} with what may be there, and remembers which of the
     * possible values it was.
     *
     * @param begun when the read began
     * @throws Violation if it is none of them
     */
    synchronized void check(Moment moment, long begun, long offset, byte[] content, int length) {
        for (int done = 0; done < length; ) {
            long sector = (offset + done) / SECTOR_BYTES;
            int from = (int) ((offset + done) % SECTOR_BYTES);
            int to = Math.min(SECTOR_BYTES, from + length - done);
            checkSector(moment, begun, sector, from, to, content, done);
            done += to - from;
        }
    }

    /** Checks that a range that was said to read as zeros does. */
    synchronized void checkZero(long begun, long offset, long length) {
        long first = offset / SECTOR_BYTES;
        long end = Math.ceilDiv(offset + length, SECTOR_BYTES);
        for (long sector : List.copyOf(sectors.subMap(first, end).keySet())) {
            int from = (int) Math.max(0, offset - sector * SECTOR_BYTES);
            int to = (int) Math.min(SECTOR_BYTES, offset + length - sector * SECTOR_BYTES);
            checkSector(Moment.ALIVE, begun, sector, from, to, ZEROS, from);
        }
    }

    /** Whether every grain that the range touches certainly holds data. */
    synchronized boolean certainlyMapped(long offset, long length, long grainBytes) {
        long end = offset + length;
        for (long grain = offset / grainBytes; grain * grainBytes < end; grain++) {
            if (!holdsData(grain * grainBytes, grainBytes)) {
                return false;
            }
        }
        return true;
    }

    /** How many grains certainly hold data. */
    synchronized long mappedGrains(long grainBytes) {
        Set<Long> grains = new HashSet<>();
        sectors.forEach((sector, history) -> {
            if (certainlyNotZero(sector, history)) {
                grains.add(sector * SECTOR_BYTES / grainBytes);
            }
        });
        return grains.size();
    }

    /** Whether a sector at or beyond {@code offset} certainly holds data. */
    synchronized boolean holdsDataFrom(long offset) {
        return sectors.tailMap(offset / SECTOR_BYTES, true).entrySet().stream()
                .anyMatch(entry -> certainlyNotZero(entry.getKey(), entry.getValue()));
    }

    /** Whether nobody ever wrote, zeroed or trimmed at or beyond {@code offset}. */
    synchronized boolean untouchedFrom(long offset) {
        return sectors.tailMap(offset / SECTOR_BYTES, true).isEmpty();
    }

    /** The sectors that were ever written, in order. */
    synchronized List<Long> touchedSectors() {
        return List.copyOf(sectors.keySet());
    }

    @Override
    public String toString() {
        return "volume v" + tag;
    }

    private boolean holdsData(long offset, long length) {
        return sectors
                .subMap(offset / SECTOR_BYTES, (offset + length) / SECTOR_BYTES)
                .entrySet()
                .stream()
                .anyMatch(entry -> certainlyNotZero(entry.getKey(), entry.getValue()));
    }

    private boolean certainlyNotZero(long sector, SectorHistory history) {
        return history.present(clock).stream().noneMatch(value -> value.isZero(tag, sector));
    }

    private long oldestReader() {
        return readers.isEmpty() ? Long.MAX_VALUE : readers.first();
    }

    private void checkSector(
            Moment moment,
            long begun,
            long sector,
            int from,
            int to,
            byte[] content,
            int contentOffset) {
        SectorHistory history = sectors.get(sector);
        if (history == null
                && Arrays.equals(
                        content, contentOffset, contentOffset + to - from, ZEROS, from, to)) {
            return;
        }
        List<SectorValue> allowed =
                history == null
                        ? List.of(SectorValue.Zero.ZERO)
                        : moment == Moment.AFTER_POWER_LOSS
                                ? history.afterPowerLoss()
                                : history.present(begun);
        Optional<SectorValue> found =
                allowed.reversed().stream()
                        .filter(v -> v.matches(tag, sector, from, to, content, contentOffset))
                        .findFirst();
        if (found.isEmpty()) {
            throw new SectorVerdict(tag, sector, moment, allowed, content, contentOffset, to - from)
                    .violation();
        }
        if (history != null && from == 0 && to == SECTOR_BYTES) {
            if (moment == Moment.AFTER_POWER_LOSS) {
                sectors.put(sector, new SectorHistory(found.get()));
                unsettled.remove(history);
            } else {
                clock++;
                history.observed(found.get(), begun, clock);
            }
        }
    }
}

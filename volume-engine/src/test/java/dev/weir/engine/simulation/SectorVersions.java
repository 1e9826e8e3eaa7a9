package dev.weir.engine.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * The contents that one sector may have after a loss of power: the durable one first, then every
 * unsynced one in the order they were written.
 */
final class SectorVersions {
    private static final long DURABLE = 0;

    private record Version(long time, SectorContent content) {}

    private final List<Version> versions = new ArrayList<>(2);
    private long abandonedAt = DURABLE;

    SectorVersions(SectorContent durable) {
        versions.add(new Version(DURABLE, durable));
    }

    private SectorVersions(List<Version> versions, long abandonedAt) {
        this.versions.addAll(versions);
        this.abandonedAt = abandonedAt;
    }

    SectorVersions copy() {
        return new SectorVersions(versions, abandonedAt);
    }

    void add(long time, SectorContent content) {
        versions.add(new Version(time, content));
    }

    /**
     * Makes the last version written at or before {@code time} the durable one; returns whether no
     * other is left.
     */
    boolean sync(long time) {
        int last = indexAt(time);
        if (versions.get(last).time() <= abandonedAt) {
            return false;
        }
        versions.set(last, new Version(DURABLE, versions.get(last).content()));
        versions.subList(0, last).clear();
        return versions.size() == 1;
    }

    /**
     * Forgets that the versions so far want to be written, as the page cache does after a failed
     * write-back: reads show them, later syncs pass them by.
     */
    void abandon() {
        abandonedAt = versions.getLast().time();
    }

    int count() {
        return versions.size();
    }

    SectorContent content(int index) {
        return versions.get(index).content();
    }

    long timeOf(int index) {
        return versions.get(index).time();
    }

    SectorContent contentAt(long time) {
        return versions.get(indexAt(time)).content();
    }

    private int indexAt(long time) {
        int index = versions.size() - 1;
        while (index > 0 && versions.get(index).time() > time) {
            index--;
        }
        return index;
    }
}

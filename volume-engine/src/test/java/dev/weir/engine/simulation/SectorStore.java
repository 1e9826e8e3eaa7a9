package dev.weir.engine.simulation;

import dev.weir.blockio.memory.OffHeapMemory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * The sectors of a simulated device: what readers see now, and for every sector with unsynced
 * changes what it may read as after a loss of power. The device that owns it serialises all access.
 */
final class SectorStore {
    private static final int SECTOR_BYTES = SectorContent.BYTES;

    private final SectorContent[] current;
    private final Map<Integer, SectorVersions> unsynced = new HashMap<>();
    private long time;

    SectorStore(long sectors) {
        current = new SectorContent[Math.toIntExact(sectors)];
        Arrays.fill(current, SectorContent.HOLE);
    }

    private SectorStore(SectorContent[] current) {
        this.current = current;
    }

    /** The same, unsynced changes included: what the death of the process leaves. */
    SectorStore copy() {
        SectorStore copy = new SectorStore(current.clone());
        copy.time = time;
        unsynced.forEach((sector, versions) -> copy.unsynced.put(sector, versions.copy()));
        return copy;
    }

    /** What a loss of power leaves: of every unsynced sector one of its versions. */
    SectorStore afterPowerLoss(PowerLoss loss, Random random) {
        SectorStore copy = new SectorStore(current.clone());
        Survivors survivors = new Survivors(loss, random, time);
        unsynced.forEach(
                (sector, versions) -> copy.current[sector] = survivors.choose(sector, versions));
        return copy;
    }

    /** Begins a new operation: what it changes is younger than all before. */
    void tick() {
        time++;
    }

    long time() {
        return time;
    }

    SectorContent content(int sector) {
        return current[sector];
    }

    boolean synced(int sector) {
        return !unsynced.containsKey(sector);
    }

    void read(long offset, OffHeapMemory destination, long destinationOffset, long length) {
        for (long done = 0; done < length; ) {
            int sector = (int) ((offset + done) / SECTOR_BYTES);
            int from = (int) ((offset + done) % SECTOR_BYTES);
            int bytes = (int) Math.min(SECTOR_BYTES - from, length - done);
            current[sector].copyTo(from, destination, destinationOffset + done, bytes);
            done += bytes;
        }
    }

    void write(long offset, OffHeapMemory source, long sourceOffset, long length) {
        for (long done = 0; done < length; ) {
            int sector = (int) ((offset + done) / SECTOR_BYTES);
            int from = (int) ((offset + done) % SECTOR_BYTES);
            int bytes = (int) Math.min(SECTOR_BYTES - from, length - done);
            put(sector, current[sector].withBytes(from, source, sourceOffset + done, bytes));
            done += bytes;
        }
    }

    /** Makes the range read as zeros; whole sectors become {@code zeros}. */
    void zero(long offset, long length, SectorContent zeros) {
        for (long done = 0; done < length; ) {
            int sector = (int) ((offset + done) / SECTOR_BYTES);
            int from = (int) ((offset + done) % SECTOR_BYTES);
            int bytes = (int) Math.min(SECTOR_BYTES - from, length - done);
            boolean whole = bytes == SECTOR_BYTES;
            put(sector, whole ? zeros : current[sector].withZeros(from, bytes));
            done += bytes;
        }
    }

    /** Makes durable what was written at or before {@code upTo}. */
    void sync(long upTo) {
        unsynced.values().removeIf(versions -> versions.sync(upTo));
    }

    /** Makes the latest contents of a range durable. */
    void sync(long offset, long length) {
        if (length > 0) {
            int last = (int) ((offset + length - 1) / SECTOR_BYTES);
            for (int sector = (int) (offset / SECTOR_BYTES); sector <= last; sector++) {
                unsynced.remove(sector);
            }
        }
    }

    /** Each unsynced sector, with one chance in two, will not be written by any later sync. */
    void abandonSome(Random random) {
        unsynced.values()
                .forEach(versions -> {
                    if (random.nextBoolean()) {
                        versions.abandon();
                    }
                });
    }

    private void put(int sector, SectorContent content) {
        if (content.equals(current[sector]) && synced(sector)) {
            return;
        }
        unsynced.computeIfAbsent(sector, s -> new SectorVersions(current[s])).add(time, content);
        current[sector] = content;
    }
}

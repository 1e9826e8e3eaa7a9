package dev.weir.engine.thin;

import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;

/** Reads the grains of a volume and tells where they are. Called inside the grace period. */
final class GrainReader {
    private final Grains grains;
    private final GrainMap map;
    private final int grainShift;

    GrainReader(Grains grains) {
        this.grains = grains;
        this.map = grains.map();
        this.grainShift = grains.grainShift();
    }

    void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long grain = at >>> grainShift;
            long mapping = Mapping.settled(map.get(grain));
            long runEnd = Math.min(end, grains.runEnd(grain, mapping, end));
            long to = destinationOffset + (at - offset);
            if (mapping == Mapping.NONE) {
                grains.requireMappings();
                destination.zero(to, runEnd - at);
            } else {
                grains.memberOf(mapping)
                        .read(grains.position(mapping, at), destination, to, runEnd - at);
            }
            at = runEnd;
        }
    }

    void blockStatus(long offset, long length, BlockStatusVisitor visitor) throws StorageException {
        long at = offset;
        long end = offset + length;
        boolean more = true;
        while (at < end && more) {
            boolean hole = map.get(at >>> grainShift) == Mapping.NONE;
            if (hole) {
                grains.requireMappings();
            }
            long runEnd = Math.min(end, statusRunEnd(at >>> grainShift, hole, end));
            more = visitor.visit(runEnd - at, hole, hole);
            at = runEnd;
        }
    }

    private long statusRunEnd(long grain, boolean hole, long end) {
        long endGrain = ((end - 1) >>> grainShift) + 1;
        long at = grain + 1;
        while (at < endGrain) {
            if (hole) {
                at = map.skipAbsent(at, endGrain);
            }
            if (at >= endGrain || (map.get(at) == Mapping.NONE) != hole) {
                break;
            }
            at++;
        }
        return at << grainShift;
    }

    void cache(long offset, long length) throws StorageException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long mapping = Mapping.settled(map.get(at >>> grainShift));
            long runEnd = Math.min(end, grains.runEnd(at >>> grainShift, mapping, end));
            if (mapping != Mapping.NONE) {
                grains.memberOf(mapping).cache(grains.position(mapping, at), runEnd - at);
            }
            at = runEnd;
        }
    }

    /** One past the last mapped grain in {@code [first, end)}, or {@code first} if none is. */
    long lastMappedEnd(long first, long end) {
        long last = first;
        long grain = map.skipAbsent(first, end);
        while (grain < end) {
            if (map.get(grain) != Mapping.NONE) {
                last = grain + 1;
            }
            grain = map.skipAbsent(grain + 1, end);
        }
        return last;
    }
}

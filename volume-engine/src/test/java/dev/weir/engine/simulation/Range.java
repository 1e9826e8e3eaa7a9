package dev.weir.engine.simulation;

import java.util.Random;

/** A part of a volume, in bytes. */
record Range(long offset, long length) {

    /** The largest random range. */
    static final long MAX_RANDOM_BYTES = 2L << 20;

    long end() {
        return offset + length;
    }

    /**
     * A range within this one, of one of the shapes that matter to a map of grains: a few bytes,
     * sectors, parts of a grain, whole grains, across grains, large.
     */
    Range random(Random random, long grainBytes) {
        long wanted =
                switch (random.nextInt(6)) {
                    case 0 -> Dice.scaled(random, 600);
                    case 1 -> 512 * Dice.scaled(random, 16);
                    case 2 -> Dice.scaled(random, grainBytes);
                    case 3 -> grainBytes * Dice.scaled(random, 4);
                    case 4 -> 512 * Dice.scaled(random, 3 * grainBytes / 512);
                    default -> Dice.scaled(random, 1 << 20);
                };
        long bytes = Math.min(Math.min(wanted, MAX_RANDOM_BYTES), length);
        long start = start(random, length - bytes);
        long alignment = Dice.pick(random, 1L, 512L, 512L, 4096L, grainBytes, grainBytes);
        long aligned = (offset + start) / alignment * alignment;
        return new Range(Math.max(offset, aligned), bytes);
    }

    /** The whole sectors that it touches. */
    Range wholeSectors() {
        long from = offset / SectorValue.BYTES * SectorValue.BYTES;
        return new Range(from, Math.ceilDiv(end() - from, SectorValue.BYTES) * SectorValue.BYTES);
    }

    /** Most requests go to a few places, so that they meet; some go anywhere. */
    private static long start(Random random, long room) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong(room + 1);
            case 1 -> room;
            case 2 -> Math.min(room, random.nextLong(2L << 20));
            case 3 -> room - Math.min(room, random.nextLong(128 << 10));
            default -> Math.min(room, random.nextLong(256 << 10));
        };
    }
}

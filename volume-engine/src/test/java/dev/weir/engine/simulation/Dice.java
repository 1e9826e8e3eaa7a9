package dev.weir.engine.simulation;

import java.util.List;
import java.util.Random;

/** Choices that a seed makes. */
final class Dice {
    private Dice() {}

    @SafeVarargs
    static <T> T pick(Random random, T... from) {
        return from[random.nextInt(from.length)];
    }

    static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** True in one of {@code n} cases. */
    static boolean oneIn(int n, Random random) {
        return random.nextInt(n) == 0;
    }

    /** From 1 to {@code max}, small numbers as likely as all larger ones of twice their size. */
    static long scaled(Random random, long max) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(max);
        return 1 + random.nextLong(Math.min(max, 1L << random.nextInt(bits + 1)));
    }
}

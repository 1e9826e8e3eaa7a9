package dev.weir.engine.simulation;

import java.util.Random;

/**
 * How a simulated device behaves where the contract leaves a choice.
 *
 * @param status what {@code blockStatus} tells
 * @param trims whether it gives space back; if not, a trim changes nothing
 * @param trimBytes a trim leaves what does not fill a whole unit of this size as it was
 * @param fastZeros whether the fast zero modes are supported
 */
record DeviceTraits(Status status, boolean trims, int trimBytes, boolean fastZeros) {

    enum Status {
        /** Holes as they are now, as a file system tells at once. */
        CURRENT,
        /** Holes only where a loss of power would not bring data back. */
        DURABLE,
        /** No holes, as most disks. */
        ALL_ALLOCATED
    }

    /** A file on a file system that punches holes. */
    static final DeviceTraits FILE = new DeviceTraits(Status.CURRENT, true, 4096, true);

    static DeviceTraits random(Random random) {
        return new DeviceTraits(
                Dice.pick(random, Status.values()),
                !Dice.oneIn(5, random),
                random.nextBoolean() ? 512 : 4096,
                random.nextBoolean());
    }
}

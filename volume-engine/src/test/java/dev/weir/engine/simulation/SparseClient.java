package dev.weir.engine.simulation;

import dev.weir.engine.Volume;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Touches every grain of its part of a volume with as little data as can be. One thread uses it.
 */
final class SparseClient {
    private final VolumeActor client;
    private final VolumeModel model;
    private final Volume volume;
    private final long grainBytes;
    private final Random random;
    private final List<Long> grains = new ArrayList<>();

    /** What the last thinning left. */
    private final List<Long> survivors = new ArrayList<>();

    SparseClient(
            VolumeActor client,
            VolumeModel model,
            Volume volume,
            Range own,
            long grainBytes,
            Random random) {
        this.client = client;
        this.model = model;
        this.volume = volume;
        this.grainBytes = grainBytes;
        this.random = random;
        for (long at = own.offset(); at < own.end(); at += grainBytes) {
            grains.add(at / grainBytes);
        }
    }

    /** Writes a sector of almost every grain, in random order. */
    void fill() {
        Collections.shuffle(grains, random);
        for (long grain : grains) {
            if (!Dice.oneIn(10, random)) {
                client.write(model, volume, sectorOf(grain), false);
            }
        }
    }

    /** Trims most grains, in pieces. */
    void thinOut() {
        long first = Collections.min(grains);
        long end = Collections.max(grains) + 1;
        survivors.clear();
        while (first < end) {
            long count = Math.min(Dice.scaled(random, 64), end - first);
            Range piece = new Range(first * grainBytes, count * grainBytes);
            client.trim(model, volume, piece, false);
            long next = first + count + Dice.scaled(random, 4);
            for (long grain = first + count; grain < Math.min(next, end); grain++) {
                survivors.add(grain);
            }
            first = next;
        }
    }

    /** Reads, writes and trims single grains, most often those that are left. */
    void use(int requests) {
        for (int i = 0; i < requests; i++) {
            boolean spared = !survivors.isEmpty() && !Dice.oneIn(4, random);
            long grain = Dice.pick(random, spared ? survivors : grains);
            switch (random.nextInt(40)) {
                case 0 -> client.flush(model, volume);
                case 1, 2, 3 ->
                        client.trim(
                                model, volume, new Range(grain * grainBytes, grainBytes), false);
                case 6, 7, 8, 9, 10, 11 -> client.read(model, volume, sectorOf(grain));
                default -> client.write(model, volume, sectorOf(grain), false);
            }
        }
    }

    private Range sectorOf(long grain) {
        long sector = random.nextLong(Math.min(8, grainBytes / SectorValue.BYTES));
        return new Range(grain * grainBytes + sector * SectorValue.BYTES, SectorValue.BYTES);
    }
}

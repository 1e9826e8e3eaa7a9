package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolUsage;
import dev.weir.engine.Volume;
import dev.weir.engine.simulation.Violation.Promise;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Reads everything and compares it with the model; checks what must hold at rest. */
final class Verification {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long SMALL_BYTES = 8L << 20;
    private static final Duration SETTLING = Duration.ofSeconds(6);

    private static final long POLL_NANOS = 500_000;

    private final SimulatedPool simulated;

    Verification(SimulatedPool simulated) {
        this.simulated = simulated;
    }

    /** Compares the catalog and every volume that is in it. */
    void everything(Moment moment) {
        simulated.catalog().reconcile(simulated.pool());
        for (VolumeModel model : simulated.catalog().volumes()) {
            content(model, moment);
        }
        invariants();
    }

    /** Checks a volume of which nothing may be unreadable. */
    void content(VolumeModel model, Moment moment) {
        readable(
                model,
                moment,
                (offset, _, e) -> {
                    throw new Violation(
                            Promise.CALL_FAILED,
                            "read of %s at %d failed: %s".formatted(model, offset, e),
                            e);
                });
    }

    /** Takes what could not be read. */
    @FunctionalInterface
    interface Unreadable {
        void at(long offset, int length, StorageException failure);
    }

    /**
     * Reads all of a small volume, and of a large one whatever was ever written and its ends, in
     * pieces of at most 64 KiB, and checks what can be read.
     */
    void readable(VolumeModel model, Moment moment, Unreadable unreadable) {
        Volume volume = simulated.volume(model);
        byte[] bytes = new byte[CHUNK_BYTES];
        try (OffHeapMemory memory = OffHeapMemory.allocate(CHUNK_BYTES)) {
            for (long chunk : chunks(model)) {
                long offset = chunk * CHUNK_BYTES;
                int length = (int) Math.min(CHUNK_BYTES, model.sizeBytes() - offset);
                try {
                    volume.read(offset, memory, 0, length);
                } catch (StorageException e) {
                    unreadable.at(offset, length, e);
                    continue;
                }
                memory.copyTo(0, bytes, 0, length);
                model.check(moment, model.beginFlush(), offset, bytes, length);
                simulated.counters().sectorsCompared.add(length / SectorValue.BYTES);
            }
        }
    }

    /** Checks the accounting of space; nothing else may be going on in the foreground. */
    void invariants() {
        Pool pool = simulated.pool();
        settles("allocated space is the sum of the extents", () -> sumsAgree(pool));
        PoolUsage usage = pool.usage();
        require(usage.mappedBytes() <= usage.allocatedBytes(), "mapped > allocated: " + usage);
        require(usage.allocatedBytes() <= usage.totalBytes(), "allocated > total: " + usage);
        long grainBytes = pool.spec().grainBytes();
        for (VolumeModel model : simulated.catalog().volumes()) {
            Volume volume = simulated.volume(model);
            long least = model.mappedGrains(grainBytes) * grainBytes;
            require(
                    volume.mappedBytes() >= least,
                    "%s maps %d bytes and holds data in %d"
                            .formatted(model, volume.mappedBytes(), least));
        }
    }

    /** Waits for the background to bring about what must come. */
    void settles(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new Violation(
                        Promise.METADATA_WRONG,
                        "never came true: %s; %s".formatted(what, simulated.pool().usage()));
            }
            simulated.maintain();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean sumsAgree(Pool pool) {
        PoolUsage usage = pool.usage();
        long extentBytes = pool.spec().extentBytes();
        long allocated = pool.extentAllocations().size() * extentBytes;
        long mapped =
                pool.extentAllocations().stream().mapToLong(ExtentAllocation::mappedBytes).sum();
        long volumesAllocated = pool.volumes().stream().mapToLong(Volume::allocatedBytes).sum();
        long volumesMapped = pool.volumes().stream().mapToLong(Volume::mappedBytes).sum();
        long virtual = pool.volumes().stream().mapToLong(Volume::sizeBytes).sum();
        return usage.allocatedBytes() == allocated
                && usage.mappedBytes() == mapped
                && volumesAllocated == allocated
                && volumesMapped == mapped
                && usage.virtualBytes() == virtual;
    }

    private static Set<Long> chunks(VolumeModel model) {
        Set<Long> chunks = new TreeSet<>();
        long last = (model.sizeBytes() - 1) / CHUNK_BYTES;
        if (model.sizeBytes() <= SMALL_BYTES) {
            for (long chunk = 0; chunk <= last; chunk++) {
                chunks.add(chunk);
            }
        } else {
            chunks.add(0L);
            chunks.add(last);
            model.touchedSectors()
                    .forEach(sector -> chunks.add(sector * SectorValue.BYTES / CHUNK_BYTES));
        }
        return chunks;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new Violation(Promise.METADATA_WRONG, what);
        }
    }
}

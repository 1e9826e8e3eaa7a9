package dev.weir.engine.simulation;

import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.Volume;
import dev.weir.engine.simulation.Violation.Promise;
import java.util.Optional;
import java.util.Random;

/**
 * A client of volumes: issues random requests within a part of a volume that is its own, tells the
 * model, and judges every answer. One thread uses it.
 */
final class VolumeActor implements AutoCloseable {
    private static final int BUFFER_BYTES = (int) Range.MAX_RANDOM_BYTES + SectorValue.BYTES;

    private final SimulatedPool simulated;
    private final FailureJudge judge;
    private final Random random;
    private final OffHeapMemory memory = OffHeapMemory.allocate(BUFFER_BYTES);
    private final byte[] bytes = new byte[BUFFER_BYTES];
    private boolean amongOthers;

    VolumeActor(SimulatedPool simulated, FailureJudge judge, Random random) {
        this.simulated = simulated;
        this.judge = judge;
        this.random = random;
    }

    /** From now on others use the same ranges, or change the sizes of volumes. */
    void amongOthers() {
        amongOthers = true;
    }

    /** A random request that others may cross with requests of theirs: whole sectors only. */
    void crossingStep(VolumeModel model, Range shared) {
        Optional<Volume> volume = find(model);
        if (volume.isEmpty()) {
            return;
        }
        Range range =
                shared.random(random, simulated.settings().spec().grainBytes()).wholeSectors();
        boolean fua = Dice.oneIn(8, random);
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> read(model, volume.get(), range);
            case 3 -> flush(model, volume.get());
            case 4, 5 -> trim(model, volume.get(), range, fua);
            case 6 -> status(model, volume.get(), range);
            default -> write(model, volume.get(), range, fua, Need.SPACE);
        }
    }

    /** One random request. */
    void step(VolumeModel model, Range own) {
        Optional<Volume> found = find(model);
        if (found.isEmpty()) {
            return;
        }
        Volume volume = found.get();
        Range range = own.random(random, simulated.settings().spec().grainBytes());
        boolean fua = Dice.oneIn(6, random);
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> read(model, volume, range);
            case 3, 4 -> flush(model, volume);
            case 5, 6 -> trim(model, volume, range, fua);
            case 7 -> zero(model, volume, range, Dice.pick(random, ZeroMode.values()), fua);
            case 8 -> status(model, volume, range);
            case 9 -> trimGrainsAndFlush(model, volume, own);
            case 10 -> {
                leave(model, volume);
                nothing(model, volume, range.offset());
            }
            default -> write(model, volume, range, fua);
        }
    }

    private Optional<Volume> find(VolumeModel model) {
        Optional<Volume> found = simulated.pool().volume(model.id());
        if (found.isEmpty() && !simulated.catalog().gone(model)) {
            throw new Violation(Promise.METADATA_WRONG, model + " is not there");
        }
        return found;
    }

    /** Writes the range; returns whether it could. */
    boolean write(VolumeModel model, Volume volume, Range range, boolean fua) {
        boolean mapped =
                model.certainlyMapped(
                        range.offset(), range.length(), simulated.settings().spec().grainBytes());
        return write(model, volume, range, fua, mapped ? Need.NOTHING : Need.SPACE);
    }

    private boolean write(VolumeModel model, Volume volume, Range range, boolean fua, Need need) {
        byte[] stamped = new byte[Math.toIntExact(range.length())];
        SectorValue value = model.nextWrite(range.offset(), stamped);
        memory.copyFrom(stamped, 0, 0, stamped.length);
        String what = "write %s of %s fua=%s: %s".formatted(range, model, fua, value);
        VolumeModel.Change change = model.begin(range.offset(), range.length(), value);
        Optional<StorageFailure> failure =
                simulated.attempt(
                        what, () -> volume.write(range.offset(), memory, 0, range.length(), fua));
        settle(model, volume, range, change, fua, failure, need);
        return failure.isEmpty();
    }

    /** Reads the range and compares; returns whether it could. */
    boolean read(VolumeModel model, Volume volume, Range range) {
        String what = "read %s of %s".formatted(range, model);
        long begun = model.beginRead();
        try {
            Optional<StorageFailure> failure =
                    simulated.attempt(
                            what, () -> volume.read(range.offset(), memory, 0, range.length()));
            failure.ifPresent(f -> judge.judge(what, f, model, Need.NOTHING));
            if (failure.isEmpty()) {
                compare(model, begun, range);
            }
            return failure.isEmpty();
        } finally {
            model.endRead(begun);
        }
    }

    private void compare(VolumeModel model, long begun, Range range) {
        int length = (int) range.length();
        memory.copyTo(0, bytes, 0, length);
        model.check(Moment.ALIVE, begun, range.offset(), bytes, length);
        simulated.counters().sectorsCompared.add(length / SectorValue.BYTES);
    }

    boolean flush(VolumeModel model, Volume volume) {
        String what = "flush " + model;
        long begun = model.beginFlush();
        Optional<StorageFailure> failure = simulated.attempt(what, volume::flush);
        failure.ifPresentOrElse(
                f -> judge.judge(what, f, model, Need.NOTHING), () -> model.flushed(begun));
        return failure.isEmpty();
    }

    boolean trim(VolumeModel model, Volume volume, Range range, boolean fua) {
        String what = "trim %s of %s fua=%s".formatted(range, model, fua);
        VolumeModel.Change change =
                amongOthers
                        ? model.begin(range.offset(), range.length(), SectorValue.Zero.ZERO)
                        : model.beginTrim(range.offset(), range.length());
        Optional<StorageFailure> failure =
                simulated.attempt(what, () -> volume.trim(range.offset(), range.length(), fua));
        settle(model, volume, range, change, fua, failure, Need.NOTHING);
        return failure.isEmpty();
    }

    boolean zero(VolumeModel model, Volume volume, Range range, ZeroMode mode, boolean fua) {
        String what = "zero %s of %s %s fua=%s".formatted(range, model, mode, fua);
        VolumeModel.Change change =
                model.begin(range.offset(), range.length(), SectorValue.Zero.ZERO);
        Optional<StorageFailure> failure =
                simulated.attempt(
                        what, () -> volume.zero(range.offset(), range.length(), mode, fua));
        Need need =
                switch (mode) {
                    case MAY_TRIM -> Need.NOTHING;
                    case ALLOCATE -> Need.SPACE;
                    case FAST -> Need.FAST;
                    case FAST_ALLOCATE -> Need.FAST_AND_SPACE;
                };
        settle(model, volume, range, change, fua, failure, need);
        boolean allocates = mode == ZeroMode.ALLOCATE || mode == ZeroMode.FAST_ALLOCATE;
        if (failure.isEmpty() && allocates) {
            requireStatus(model, volume, range, false);
        }
        return failure.isEmpty();
    }

    /** Takes space for a range that was never written; returns whether there was enough. */
    boolean fill(VolumeModel model, Volume volume, Range range) {
        String what = "fill %s of %s".formatted(range, model);
        Optional<StorageFailure> failure =
                simulated.attempt(
                        what,
                        () ->
                                volume.zero(
                                        range.offset(), range.length(), ZeroMode.ALLOCATE, false));
        failure.ifPresent(f -> judge.judge(what, f, model, Need.SPACE));
        return failure.isEmpty();
    }

    /** What was trimmed in whole grains and flushed holds no space any more. */
    private void trimGrainsAndFlush(VolumeModel model, Volume volume, Range own) {
        long grainBytes = simulated.settings().spec().grainBytes();
        Range range = own.random(random, grainBytes);
        long from = Math.ceilDiv(range.offset(), grainBytes) * grainBytes;
        long to = range.end() / grainBytes * grainBytes;
        if (from < to) {
            Range grains = new Range(from, to - from);
            if (trim(model, volume, grains, false) && flush(model, volume)) {
                requireStatus(model, volume, grains, true);
            }
        }
    }

    private void requireStatus(VolumeModel model, Volume volume, Range range, boolean hole) {
        String what = "status %s of %s, hole=%s expected".formatted(range, model, hole);
        simulated
                .attempt(
                        what,
                        () ->
                                volume.blockStatus(
                                        range.offset(),
                                        range.length(),
                                        (length, isHole, isZero) -> {
                                            if (isHole != hole) {
                                                throw new Violation(
                                                        Promise.METADATA_WRONG,
                                                        what + ", but hole=" + isHole);
                                            }
                                            return true;
                                        }))
                .ifPresent(f -> judge.judge(what, f, model, Need.NOTHING));
    }

    private void status(VolumeModel model, Volume volume, Range range) {
        String what = "status %s of %s".formatted(range, model);
        long begun = model.beginRead();
        try {
            StatusCheck check = new StatusCheck(model, begun, range);
            simulated
                    .attempt(
                            what,
                            () -> {
                                volume.blockStatus(range.offset(), range.length(), check);
                                check.finish();
                            })
                    .ifPresent(f -> judge.judge(what, f, model, Need.NOTHING));
        } finally {
            model.endRead(begun);
        }
    }

    /** A request that leaves the volume has no effect but its failure. */
    private void leave(VolumeModel model, Volume volume) {
        long size = volume.sizeBytes();
        long length = 1L + random.nextInt(4096);
        // Somebody may let the volume grow: near its end a request might come to lie within.
        long offset =
                amongOthers
                        ? Dice.pick(random, Long.MAX_VALUE - 1, -1L)
                        : Dice.pick(random, size, size - length + 1, Long.MAX_VALUE - 1, -1L);
        String what = "write past the end of " + model + " at " + offset;
        Optional<StorageFailure> failure =
                simulated.attempt(what, () -> volume.write(offset, memory, 0, length, false));
        if (simulated.catalog().gone(model)) {
            return;
        }
        if (!(failure.orElse(null) instanceof StorageFailure.OutOfRange)) {
            throw new Violation(Promise.CALL_FAILED, what + " ended in " + failure);
        }
    }

    /** A request for no bytes succeeds and has no effect. */
    private void nothing(VolumeModel model, Volume volume, long offset) {
        String what = "no bytes at %d of %s".formatted(offset, model);
        simulated
                .attempt(
                        what,
                        () -> {
                            volume.write(offset, memory, 0, 0, true);
                            volume.read(offset, memory, 0, 0);
                            volume.trim(offset, 0, false);
                            volume.zero(offset, 0, ZeroMode.MAY_TRIM, false);
                        })
                .ifPresent(f -> judge.judge(what, f, model, Need.NOTHING));
    }

    /**
     * Tells the model and judges a failure; a failed change is read back, to know what is there.
     */
    private void settle(
            VolumeModel model,
            Volume volume,
            Range range,
            VolumeModel.Change change,
            boolean fua,
            Optional<StorageFailure> failure,
            Need need) {
        if (failure.isEmpty()) {
            model.done(change, fua);
            return;
        }
        model.failed(change);
        judge.judge("request for " + range, failure.get(), model, need);
        long from = range.offset() / SectorValue.BYTES * SectorValue.BYTES;
        long to = Math.ceilDiv(range.end(), SectorValue.BYTES) * SectorValue.BYTES;
        for (long at = from; at < to; at += BUFFER_BYTES) {
            read(model, volume, new Range(at, Math.min(BUFFER_BYTES, to - at)));
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}

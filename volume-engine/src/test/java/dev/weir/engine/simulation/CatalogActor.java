package dev.weir.engine.simulation;

import dev.weir.blockio.StorageFailure;
import dev.weir.engine.Limits;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import dev.weir.engine.simulation.Violation.Promise;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** A client that creates, deletes, resizes and renames volumes. One thread uses it. */
final class CatalogActor {
    private final SimulatedPool simulated;
    private final FailureJudge judge;
    private final Random random;

    CatalogActor(SimulatedPool simulated, FailureJudge judge, Random random) {
        this.simulated = simulated;
        this.judge = judge;
        this.random = random;
    }

    /** A size of a kind that matters: tiny, odd, some megabytes, much larger than the pool. */
    long randomSize() {
        long sectors =
                switch (random.nextInt(6)) {
                    case 0 -> Dice.scaled(random, 256);
                    case 1 -> (1L << 40) / Limits.SECTOR_BYTES + random.nextInt(1000);
                    default -> Dice.scaled(random, (8 << 20) / Limits.SECTOR_BYTES);
                };
        return sectors * Limits.SECTOR_BYTES;
    }

    Optional<VolumeModel> create(long sizeBytes) {
        VolumeModel model =
                simulated
                        .catalog()
                        .create(new UUID(random.nextLong(), random.nextLong()), sizeBytes);
        String what = "create %s of %d bytes".formatted(model, sizeBytes);
        VolumeSpec spec = new VolumeSpec(model.id(), model.name(), sizeBytes);
        Optional<StorageFailure> failure =
                simulated.attempt(what, () -> simulated.pool().createVolume(spec));
        if (failure.isPresent()) {
            judge.judge(what, failure.get(), model, Need.SPACE);
            if (failure.get() instanceof StorageFailure.NoSpace) {
                simulated.catalog().createFailed(model);
            }
            return Optional.empty();
        }
        simulated.catalog().created(model);
        return Optional.of(model);
    }

    /** A create that is repeated finds the volume and leaves it as it is. */
    void createAgain(VolumeModel model) {
        String what = "create " + model + " again";
        VolumeSpec spec = new VolumeSpec(model.id(), "again", randomSize());
        simulated
                .attempt(
                        what,
                        () -> {
                            Volume same = simulated.pool().createVolume(spec);
                            if (same.sizeBytes() != model.sizeBytes()
                                    || !same.name().equals(model.name())) {
                                throw new Violation(Promise.METADATA_WRONG, what + " changed it");
                            }
                        })
                .ifPresent(failure -> judge.judge(what, failure, model, Need.NOTHING));
    }

    /** Deletes a volume, after which its handle fails. */
    void delete(VolumeModel model) {
        Volume handle = simulated.volume(model);
        simulated.catalog().delete(model);
        String what = "delete " + model;
        Optional<StorageFailure> failure =
                simulated.attempt(
                        what,
                        () -> {
                            if (!simulated.pool().deleteVolume(model.id())) {
                                throw new Violation(Promise.METADATA_WRONG, what + ": not there");
                            }
                        });
        if (failure.isPresent()) {
            judge.judge(what, failure.get(), model, Need.NOTHING);
            return;
        }
        simulated.catalog().deleted(model);
        Optional<StorageFailure> afterwards =
                simulated.attempt("flush after " + what, handle::flush);
        if (!(afterwards.orElse(null) instanceof StorageFailure.Closed)) {
            throw new Violation(
                    Promise.CALL_FAILED, "flush after " + what + " ended in " + afterwards);
        }
    }

    void rename(VolumeModel model) {
        String name = "renamed-" + random.nextInt(1_000_000);
        String what = "rename %s to %s".formatted(model, name);
        simulated.catalog().rename(model, name);
        simulated
                .attempt(what, () -> simulated.volume(model).rename(name))
                .ifPresentOrElse(
                        failure -> judge.judge(what, failure, model, Need.NOTHING),
                        () -> simulated.catalog().renamed(model, name));
    }

    /** Grows, or shrinks; a shrink that would cut off data must be refused. */
    void resize(VolumeModel model) {
        if (random.nextBoolean()) {
            grow(model);
        } else {
            resize(model, randomSize());
        }
    }

    private void resize(VolumeModel model, long size) {
        String what = "resize %s from %d to %d".formatted(model, model.sizeBytes(), size);
        simulated.catalog().resize(model, size);
        Optional<StorageFailure> failure =
                simulated.attempt(what, () -> simulated.volume(model).resize(size));
        if (failure.isEmpty()) {
            if (model.holdsDataFrom(size)) {
                throw new Violation(Promise.METADATA_WRONG, what + " cut off data");
            }
            simulated.catalog().resized(model, size);
            return;
        }
        long grainBytes = simulated.settings().spec().grainBytes();
        boolean refusedRightly =
                failure.get() instanceof StorageFailure.ShrinkUnsafe
                        && size < model.sizeBytes()
                        && !model.untouchedFrom(size / grainBytes * grainBytes);
        if (refusedRightly) {
            simulated.catalog().resizeRefused(model);
        } else {
            judge.judge(what, failure.get(), model, Need.NOTHING);
        }
    }

    /** Grows a volume by a little, while others use it. */
    void grow(VolumeModel model) {
        resize(model, model.sizeBytes() + Dice.scaled(random, 4096) * Limits.SECTOR_BYTES);
    }
}

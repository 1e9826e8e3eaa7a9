package dev.weir.engine.simulation;

import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.engine.simulation.Violation.Promise;

/** Checks the runs of one block status call against the model. */
final class StatusCheck implements BlockStatusVisitor {
    private final VolumeModel model;
    private final long begun;
    private final Range range;
    private long covered;

    /**
     * Makes a check of one call.
     *
     * @param begun what {@link VolumeModel#beginRead} said
     */
    StatusCheck(VolumeModel model, long begun, Range range) {
        this.model = model;
        this.begun = begun;
        this.range = range;
    }

    @Override
    public boolean visit(long length, boolean hole, boolean zero) {
        if (length < 1 || length > range.length() - covered) {
            throw wrong("a run of %d bytes after %d of %s".formatted(length, covered, range));
        }
        if (hole && !zero) {
            throw wrong("a hole that does not read as zeros");
        }
        if (zero) {
            model.checkZero(begun, range.offset() + covered, length);
        }
        covered += length;
        return true;
    }

    /** The call has returned. */
    void finish() {
        if (covered == 0) {
            throw wrong("no run for " + range);
        }
    }

    private Violation wrong(String what) {
        return new Violation(Promise.METADATA_WRONG, "status of " + model + ": " + what);
    }
}

package dev.weir.engine.simulation;

/**
 * The moment the process or the machine dies: thrown by every device operation from then on. An
 * {@link Error}, so that no handler for operating failures takes it for one.
 */
final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    private final boolean inOperation;

    /**
     * @param inOperation the crash struck during the operation it is thrown from, which may have
     *     had a part of its effect; otherwise the operation came after the end of the world
     */
    SimulatedCrash(boolean inOperation) {
        super("simulated crash", null, false, false);
        this.inOperation = inOperation;
    }

    boolean inOperation() {
        return inOperation;
    }
}

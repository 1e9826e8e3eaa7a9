package dev.weir.blockio.scsi;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Where a task stands. Its owner moves it forward; any thread may abort it.
 *
 * <pre>
 *           begin            start             finish          end
 *   IDLE ----------> WAITING ------> RUNNING ---------> DONE ------> IDLE
 *                       |               |                              ^
 *                       +---------------+--> ABORTED (told or silent) -+
 *                             abort                             end
 * </pre>
 *
 * <p>The state carries a number that rises with each begin, so that an abort meant for one command
 * never hits the next command of the same reusable task.
 */
final class TaskState {
    // Plain numbers: the phase is a part of the word.
    static final int IDLE = 0;
    static final int WAITING = 1;
    static final int RUNNING = 2;
    static final int DONE = 3;

    /** Ends without a response. */
    static final int ABORTED_SILENT = 4;

    /** Ends with TASK ABORTED. */
    static final int ABORTED_TOLD = 5;

    private static final int SHIFT = 3;
    private static final long MASK = (1 << SHIFT) - 1;

    private final AtomicLong word = new AtomicLong(IDLE);

    /** The state as one number; see {@link #phaseOf}. */
    long snapshot() {
        return word.get();
    }

    int phase() {
        return phaseOf(word.get());
    }

    static int phaseOf(long snapshot) {
        return (int) (snapshot & MASK);
    }

    static boolean isActive(long snapshot) {
        int phase = phaseOf(snapshot);
        return phase == WAITING || phase == RUNNING;
    }

    boolean isAborted() {
        int phase = phase();
        return phase == ABORTED_SILENT || phase == ABORTED_TOLD;
    }

    void begin() {
        long sequence = (word.get() >>> SHIFT) + 1;
        word.set((sequence << SHIFT) | WAITING);
    }

    /** Returns false if the task was aborted, or is done already. */
    boolean start() {
        return move(WAITING, RUNNING);
    }

    /** Returns false if the task was aborted. */
    boolean finish() {
        return move(RUNNING, DONE) || move(WAITING, DONE);
    }

    /** Aborts the command that was seen in {@code snapshot}, unless it is done by now. */
    boolean abort(long snapshot, boolean told) {
        int to = told ? ABORTED_TOLD : ABORTED_SILENT;
        long seen = snapshot;
        while (isActive(seen)) {
            if (word.compareAndSet(seen, (seen & ~MASK) | to)) {
                return true;
            }
            seen = word.get();
            if (seen >>> SHIFT != snapshot >>> SHIFT) {
                return false;
            }
        }
        return false;
    }

    void end() {
        word.set((word.get() & ~MASK) | IDLE);
    }

    private boolean move(int from, int to) {
        long seen = word.get();
        return phaseOf(seen) == from && word.compareAndSet(seen, (seen & ~MASK) | to);
    }
}

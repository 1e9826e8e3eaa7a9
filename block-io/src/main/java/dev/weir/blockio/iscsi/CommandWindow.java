package dev.weir.blockio.iscsi;

import java.util.BitSet;

/**
 * The command numbers of a session (RFC 7143 4.2.2.1): which comes next, and how far the initiator
 * may go.
 *
 * <pre>
 *                 ExpCmdSN                              MaxCmdSN
 *   ... delivered |  due, or to come on another connection  |  too far ...
 *       ignored                                                ignored
 * </pre>
 *
 * <p>Commands of several connections are delivered in the order of their numbers: a connection
 * whose next command is not due yet reads no further until it is. That cannot lock up, because each
 * connection carries its numbers in rising order, so that the lowest one missing is always at the
 * head of one of them.
 *
 * <p>MaxCmdSN rises by one with each command that is answered, so no more than the window is ever
 * outstanding. Thread-safe.
 */
final class CommandWindow {

    /** What to do with a command. */
    enum Verdict {
        DELIVER,
        IGNORE,
        /** Those before it are still to come, on other connections. */
        NOT_YET,
        /** Those before it did not come in time, or the session is over. */
        GIVE_UP
    }

    private final BitSet aborted;
    private final int mask;
    private int expected;
    private int max;
    private boolean closed;

    CommandWindow(int firstCmdSn, int size) {
        this.expected = firstCmdSn;
        this.max = firstCmdSn + size - 1;
        // A power of two divides 2^32, so that places stay distinct where the numbers wrap around.
        this.mask = Integer.highestOneBit(Math.max(1, 2 * size - 1)) - 1;
        this.aborted = new BitSet(mask + 1);
    }

    synchronized int expected() {
        return expected;
    }

    synchronized int max() {
        return max;
    }

    /** Counts the command as delivered if it is due, without waiting. */
    synchronized Verdict tryDeliver(int cmdSn) {
        if (!isInside(cmdSn)) {
            return Verdict.IGNORE;
        }
        if (cmdSn != expected) {
            return Verdict.NOT_YET;
        }
        advance();
        return Verdict.DELIVER;
    }

    /** Waits until the command is due, and counts it as delivered. */
    synchronized Verdict deliver(int cmdSn, long timeoutNanos) throws InterruptedException {
        if (!isInside(cmdSn)) {
            return Verdict.IGNORE;
        }
        if (!awaitDue(cmdSn, timeoutNanos)) {
            return Verdict.GIVE_UP;
        }
        // While waiting, its turn may have passed: another connection had the same number, or it
        // was aborted before it came.
        if (cmdSn != expected) {
            return Verdict.IGNORE;
        }
        advance();
        return Verdict.DELIVER;
    }

    /** Waits until everything before this number is delivered. */
    synchronized boolean awaitDelivered(int cmdSn, long timeoutNanos) throws InterruptedException {
        return awaitDue(cmdSn, timeoutNanos);
    }

    /**
     * Counts a command as delivered that has not come yet and shall be ignored when it does.
     *
     * @return false if it is not awaited
     */
    synchronized boolean abort(int cmdSn) {
        if (!isInside(cmdSn) || isAborted(cmdSn)) {
            return false;
        }
        aborted.set(index(cmdSn));
        skipAborted();
        return true;
    }

    /** A command is answered: there is room for another one. */
    synchronized void answered() {
        max++;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private boolean awaitDue(int cmdSn, long timeoutNanos) throws InterruptedException {
        if (!SerialNumber.isAfter(cmdSn, expected)) {
            return !closed;
        }
        long end = System.nanoTime() + timeoutNanos;
        while (!closed && SerialNumber.isAfter(cmdSn, expected)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            // At least a millisecond, because zero would wait for ever.
            wait(left / 1_000_000 + 1);
        }
        return !closed;
    }

    private boolean isInside(int cmdSn) {
        return !SerialNumber.isBefore(cmdSn, expected) && !SerialNumber.isAfter(cmdSn, max);
    }

    private void advance() {
        expected++;
        skipAborted();
    }

    private void skipAborted() {
        while (aborted.get(index(expected))) {
            aborted.clear(index(expected));
            expected++;
            max++;
        }
        notifyAll();
    }

    private boolean isAborted(int cmdSn) {
        return aborted.get(index(cmdSn));
    }

    private int index(int cmdSn) {
        return cmdSn & mask;
    }
}

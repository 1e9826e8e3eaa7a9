package dev.weir.engine.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;

/** The last things that happened in a run, for the report of a violation. Used from any thread. */
final class OperationLog {
    private static final int LINES = Integer.getInteger("weir.simulation.logLines", 80);

    private final Deque<Object> tail = new ArrayDeque<>(LINES + 1);
    private long count;

    /** Keeps the object; its text is made only if somebody asks for it. */
    synchronized void add(Object event) {
        count++;
        tail.addLast(event);
        if (tail.size() > LINES) {
            tail.removeFirst();
        }
    }

    synchronized String text() {
        return "last "
                + tail.size()
                + " of "
                + count
                + " events:\n"
                + tail.stream().map(Object::toString).collect(Collectors.joining("\n"));
    }
}

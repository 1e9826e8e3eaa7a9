package dev.weir.blockio.iscsi;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered commands of one connection by their task tags, and those that can be used again.
 * Guarded by the connection's replies.
 */
final class CommandTable {
    private static final int BUCKETS = 256;

    /** Spreads tags that differ in their high bits only. */
    private static final int HASH = 0x9e3779b9;

    private static final int HASH_SHIFT = 24;

    private final @Nullable Command[] buckets = new Command[BUCKETS];
    private @Nullable Command free;
    private int size;
    private int immediate;

    int size() {
        return size;
    }

    /** Those outside the command window. */
    int immediate() {
        return immediate;
    }

    @Nullable Command find(int taskTag) {
        Command command = buckets[bucket(taskTag)];
        while (command != null && command.taskTag() != taskTag) {
            command = command.next();
        }
        return command;
    }

    void add(Command command) {
        int bucket = bucket(command.taskTag());
        command.link(buckets[bucket]);
        buckets[bucket] = command;
        size++;
        if (command.isImmediate()) {
            immediate++;
        }
    }

    void remove(Command command) {
        int bucket = bucket(command.taskTag());
        Command before = null;
        for (Command at = buckets[bucket]; at != null; at = at.next()) {
            if (at == command) {
                if (before == null) {
                    buckets[bucket] = at.next();
                } else {
                    before.link(at.next());
                }
                size--;
                if (command.isImmediate()) {
                    immediate--;
                }
                return;
            }
            before = at;
        }
        throw new IllegalStateException("command " + command.taskTag() + " is not in the table");
    }

    /** A command used before, if there is one. */
    @Nullable Command reuse() {
        Command command = free;
        if (command != null) {
            free = command.next();
            command.link(null);
        }
        return command;
    }

    void keep(Command command) {
        command.link(free);
        free = command;
    }

    /** Visits all commands; the visitor may remove the one that it is given. */
    void forEach(Consumer<Command> visitor) {
        for (Command first : buckets) {
            Command command = first;
            while (command != null) {
                Command following = command.next();
                visitor.accept(command);
                command = following;
            }
        }
    }

    private static int bucket(int taskTag) {
        return (taskTag * HASH) >>> HASH_SHIFT;
    }
}

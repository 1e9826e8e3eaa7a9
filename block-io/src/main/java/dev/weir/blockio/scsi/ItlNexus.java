package dev.weir.blockio.scsi;

import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * One initiator's path to one logical unit: an I_T_L nexus (SAM-5 4.7). Holds the unit attentions
 * that wait for it: each kind at most once, so that the queue is bounded. Thread-safe.
 */
final class ItlNexus {
    private final Nexus nexus;
    private final LogicalUnit unit;
    private final int lun;
    private final Registrant registrant;
    private final EnumSet<UnitAttention> waiting = EnumSet.noneOf(UnitAttention.class);
    private final CopyResults copies = new CopyResults();
    private volatile boolean attention;
    private volatile boolean closed;

    ItlNexus(Nexus nexus, int lun, LogicalUnit unit) {
        this.nexus = nexus;
        this.lun = lun;
        this.unit = unit;
        this.registrant = Registrant.of(nexus.initiator(), nexus.port());
    }

    Nexus nexus() {
        return nexus;
    }

    LogicalUnit unit() {
        return unit;
    }

    int lun() {
        return lun;
    }

    /** What persistent reservations call this path's I_T nexus. */
    Registrant registrant() {
        return registrant;
    }

    CopyResults copies() {
        return copies;
    }

    void raise(UnitAttention condition) {
        synchronized (waiting) {
            waiting.add(condition);
            attention = true;
        }
    }

    void clear(UnitAttention condition) {
        synchronized (waiting) {
            waiting.remove(condition);
            attention = !waiting.isEmpty();
        }
    }

    /** Takes the condition to be reported next. */
    @Nullable UnitAttention take() {
        if (!attention) {
            return null;
        }
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                return null;
            }
            UnitAttention first = waiting.iterator().next();
            waiting.remove(first);
            attention = !waiting.isEmpty();
            return first;
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** The session or the logical unit is gone. */
    void close() {
        closed = true;
    }
}

package dev.weir.blockio.scsi;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registrations and the persistent reservation of a logical unit at one time (SPC-4 5.13).
 * Immutable: every change makes a new one.
 *
 * @param keys the reservation key of each registrant, in the order of registration
 * @param aptpl whether it is to survive a loss of power
 */
record PersistentState(
        Map<Registrant, Long> keys, @Nullable Reservation reservation, boolean aptpl) {

    /**
     * A reservation.
     *
     * @param holder who made it; where all registrants hold it, that has no meaning
     */
    record Reservation(ReservationType type, Registrant holder) {}

    static final PersistentState EMPTY = new PersistentState(Map.of(), null, false);

    PersistentState {
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
    }

    boolean isRegistered(Registrant registrant) {
        return keys.containsKey(registrant);
    }

    boolean isHolder(Registrant registrant) {
        Reservation held = reservation;
        return held != null
                && (held.type().heldByAll()
                        ? isRegistered(registrant)
                        : held.holder().equals(registrant));
    }

    /** Whether a command with such an access conflicts with the reservation. */
    boolean excludes(Access access, Registrant registrant) {
        Reservation held = reservation;
        if (held == null) {
            return false;
        }
        boolean concerned =
                switch (access) {
                    case ALWAYS, STATUS, PERSISTENT, LEGACY -> false;
                    case READ -> held.type().excludesReads();
                    case WRITE -> true;
                };
        return concerned
                && !isHolder(registrant)
                && !(held.type().admitsRegistrants() && isRegistered(registrant));
    }

    PersistentState with(Registrant registrant, long key) {
        Map<Registrant, Long> next = new LinkedHashMap<>(keys);
        next.put(registrant, key);
        return new PersistentState(next, reservation, aptpl);
    }

    /** Without these registrants, and without the reservation if nobody is left to hold it. */
    PersistentState without(Collection<Registrant> registrants) {
        Map<Registrant, Long> next = new LinkedHashMap<>(keys);
        next.keySet().removeAll(registrants);
        Reservation held = reservation;
        if (held != null) {
            boolean lost =
                    held.type().heldByAll() ? next.isEmpty() : registrants.contains(held.holder());
            held = lost ? null : held;
        }
        return new PersistentState(next, held, aptpl);
    }

    PersistentState reservedAs(@Nullable Reservation next) {
        return new PersistentState(keys, next, aptpl);
    }

    PersistentState withAptpl(boolean next) {
        return new PersistentState(keys, reservation, next);
    }
}

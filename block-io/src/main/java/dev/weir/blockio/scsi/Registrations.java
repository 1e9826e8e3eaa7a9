package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules of PERSISTENT RESERVE OUT (SPC-4 5.13), for one command of one registrant. A method
 * runs with the monitor of the {@link Reservations} held; what it means for others takes effect
 * afterwards.
 */
final class Registrations {
    private final ItlNexus path;
    private final Registrant self;
    private final LogicalUnit unit;
    private final Reservations reservations;

    private final List<Notice> notices = new ArrayList<>();
    private Set<Registrant> fenced = Set.of();
    private boolean narrows;

    private record Notice(Registrant registrant, UnitAttention condition) {}

    Registrations(ItlNexus path) {
        this.path = path;
        this.self = path.registrant();
        this.unit = path.unit();
        this.reservations = unit.reservations();
    }

    /** REGISTER (SPC-4 5.13.7). */
    void register(
            long key,
            long newKey,
            List<TargetPort> ports,
            List<InitiatorPort> others,
            boolean aptpl)
            throws CommandTermination, StorageException {
        PersistentState state = reservations.persistent();
        Long registered = state.keys().get(self);
        if (registered == null ? key != 0 : key != registered) {
            throw new ReservationConflict();
        }
        if (!others.isEmpty() && (registered != null || newKey == 0)) {
            throw CheckCondition.invalidParameter(20);
        }
        List<InitiatorPort> initiators = new ArrayList<>(others);
        initiators.add(self.initiator());
        register(state, newKey, initiators, ports, aptpl);
    }

    /** REGISTER AND IGNORE EXISTING KEY. */
    void registerIgnoringKey(long newKey, List<TargetPort> ports, boolean aptpl)
            throws CommandTermination, StorageException {
        register(reservations.persistent(), newKey, List.of(self.initiator()), ports, aptpl);
    }

    private void register(
            PersistentState state,
            long newKey,
            List<InitiatorPort> initiators,
            List<TargetPort> ports,
            boolean aptpl)
            throws CommandTermination, StorageException {
        if (newKey == 0) {
            unregister(state, aptpl);
            return;
        }
        PersistentState next = state.withAptpl(aptpl);
        for (InitiatorPort initiator : initiators) {
            for (TargetPort port : ports) {
                next = next.with(Registrant.of(initiator, port), newKey);
            }
        }
        requireRoom(next);
        reservations.change(next, true);
    }

    private void unregister(PersistentState state, boolean aptpl) throws StorageException {
        if (!state.isRegistered(self)) {
            return;
        }
        PersistentState next = state.without(Set.of(self)).withAptpl(aptpl);
        PersistentState.Reservation held = state.reservation();
        if (held != null && next.reservation() == null && held.type().admitsRegistrants()) {
            tell(next.keys().keySet(), UnitAttention.RESERVATIONS_RELEASED);
        }
        reservations.change(next, true);
    }

    /** RESERVE (SPC-4 5.13.9). */
    void reserve(long key, ReservationType type) throws CommandTermination, StorageException {
        PersistentState state = requireRegistered(key);
        PersistentState.Reservation held = state.reservation();
        if (held == null) {
            reservations.change(
                    state.reservedAs(new PersistentState.Reservation(type, self)), false);
            narrows = true;
        } else if (!state.isHolder(self) || held.type() != type) {
            throw new ReservationConflict();
        }
    }

    /** RELEASE (SPC-4 5.13.11.1.2). */
    void release(long key, ReservationType type) throws CommandTermination, StorageException {
        PersistentState state = requireRegistered(key);
        PersistentState.Reservation held = state.reservation();
        if (held == null || !state.isHolder(self)) {
            return;
        }
        if (held.type() != type) {
            throw CheckCondition.of(Sense.INVALID_RELEASE_OF_PERSISTENT_RESERVATION);
        }
        if (type.admitsRegistrants()) {
            tell(state.keys().keySet(), UnitAttention.RESERVATIONS_RELEASED);
        }
        reservations.change(state.reservedAs(null), false);
    }

    /** CLEAR (SPC-4 5.13.11.1.6). */
    void clear(long key) throws CommandTermination, StorageException {
        PersistentState state = requireRegistered(key);
        tell(state.keys().keySet(), UnitAttention.RESERVATIONS_PREEMPTED);
        reservations.change(state.without(state.keys().keySet()), true);
    }

    /** PREEMPT and PREEMPT AND ABORT (SPC-4 5.13.11.1.4, 5.13.11.1.5). */
    void preempt(long key, long victimKey, ReservationType type, boolean abort)
            throws CommandTermination, StorageException {
        PersistentState state = requireRegistered(key);
        PersistentState.Reservation held = state.reservation();
        boolean all = held != null && held.type().heldByAll();
        if (victimKey == 0 && !all) {
            throw CheckCondition.invalidParameter(8);
        }
        Set<Registrant> victims = new HashSet<>();
        state.keys()
                .forEach((registrant, itsKey) -> {
                    if (victimKey == 0 || itsKey == victimKey) {
                        victims.add(registrant);
                    }
                });
        if (victims.isEmpty()) {
            throw new ReservationConflict();
        }
        boolean takesReservation =
                held != null && (all ? victimKey == 0 : victims.contains(held.holder()));
        if (takesReservation) {
            victims.remove(self);
        }
        PersistentState next = state.without(victims);
        if (held != null && takesReservation) {
            next = next.reservedAs(new PersistentState.Reservation(type, self));
            if (held.type() != type && held.type().admitsRegistrants()) {
                tell(next.keys().keySet(), UnitAttention.RESERVATIONS_RELEASED);
            }
        } else if (held != null && next.reservation() == null && held.type().admitsRegistrants()) {
            tell(next.keys().keySet(), UnitAttention.RESERVATIONS_RELEASED);
        }
        tell(victims, UnitAttention.REGISTRATIONS_PREEMPTED);
        reservations.change(next, true);
        narrows = true;
        if (abort) {
            fenced = victims;
        }
    }

    /** REGISTER AND MOVE (SPC-4 5.13.8). */
    void move(long key, long newKey, Registrant destination, boolean unregister, boolean aptpl)
            throws CommandTermination, StorageException {
        PersistentState state = requireRegistered(key);
        PersistentState.Reservation held = state.reservation();
        if (held == null || !state.isHolder(self) || held.type().heldByAll()) {
            throw new ReservationConflict();
        }
        if (newKey == 0) {
            throw CheckCondition.invalidParameter(8);
        }
        if (destination.equals(self)) {
            throw CheckCondition.invalidParameter(24);
        }
        PersistentState next =
                state.with(destination, newKey)
                        .reservedAs(new PersistentState.Reservation(held.type(), destination))
                        .withAptpl(aptpl);
        if (unregister) {
            next = next.without(Set.of(self));
        }
        requireRoom(next);
        reservations.change(next, true);
        narrows = true;
    }

    /**
     * Tells those whom it concerns, and when access has become narrower, waits until no command
     * that was let in before touches the medium any more.
     */
    void takeEffect() {
        for (ItlNexus other : unit.paths()) {
            for (Notice notice : notices) {
                if (other != path && other.registrant().equals(notice.registrant())) {
                    other.raise(notice.condition());
                }
            }
        }
        if (!fenced.isEmpty()) {
            unit.abortTasks(path.nexus(), other -> fenced.contains(other.registrant()));
        }
        if (narrows) {
            unit.medium().drain();
        }
    }

    private PersistentState requireRegistered(long key) throws ReservationConflict {
        PersistentState state = reservations.persistent();
        Long registered = state.keys().get(self);
        if (registered == null || registered != key) {
            throw new ReservationConflict();
        }
        return state;
    }

    private static void requireRoom(PersistentState next) throws CheckCondition {
        if (next.keys().size() > ScsiLimits.MAX_REGISTRATIONS) {
            throw CheckCondition.of(Sense.INSUFFICIENT_REGISTRATION_RESOURCES);
        }
    }

    private void tell(Set<Registrant> registrants, UnitAttention condition) {
        for (Registrant registrant : registrants) {
            if (!registrant.equals(self)) {
                notices.add(new Notice(registrant, condition));
            }
        }
    }
}

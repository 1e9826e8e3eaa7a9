package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has reserved a logical unit: by RESERVE of SPC-2, which ends with the session, or by
 * persistent reservations. Reads take no lock; changes are made one at a time, by the commands that
 * hold this object's monitor.
 */
final class Reservations {
    private static final Logger log = LoggerFactory.getLogger(Reservations.class);

    private final ReservationStore store;
    private volatile PersistentState persistent;
    private volatile @Nullable ItlNexus legacyHolder;

    /** Rises with every change, so that a command notices one since it was checked. */
    private final AtomicInteger generation = new AtomicInteger();

    /** PRGENERATION (SPC-4 6.15.2): counts changes of registrations since the start. */
    private final AtomicInteger registrationGeneration = new AtomicInteger();

    Reservations(ReservationStore store) {
        this.store = store;
        this.persistent = load(store);
    }

    /**
     * Damaged state must not keep a disk away; whoever had reserved it will have to do so again.
     */
    private static PersistentState load(ReservationStore store) {
        try {
            return ReservationCodec.decode(store.load());
        } catch (ReservationCodec.Damaged e) {
            log.error("Persistent reservations are lost: {}", e.getMessage());
            return PersistentState.EMPTY;
        }
    }

    int generation() {
        return generation.get();
    }

    int registrationGeneration() {
        return registrationGeneration.get();
    }

    PersistentState persistent() {
        return persistent;
    }

    void check(Access access, ItlNexus path) throws ReservationConflict {
        ItlNexus legacy = legacyHolder;
        boolean conflicts =
                legacy != null
                        && legacy != path
                        && access != Access.ALWAYS
                        && access != Access.LEGACY;
        if (conflicts || persistent.excludes(access, path.registrant())) {
            throw new ReservationConflict();
        }
    }

    /** RESERVE (6) and (10). */
    synchronized void reserve(ItlNexus path) throws ReservationConflict {
        ItlNexus legacy = legacyHolder;
        if ((legacy != null && legacy != path) || !persistent.keys().isEmpty()) {
            throw new ReservationConflict();
        }
        if (path.isClosed()) {
            throw new ReservationConflict();
        }
        legacyHolder = path;
        generation.incrementAndGet();
    }

    /** RELEASE (6) and (10): by anybody else it does nothing (SPC-2 7.17). */
    synchronized void release(ItlNexus path) {
        if (legacyHolder == path) {
            legacyHolder = null;
            generation.incrementAndGet();
        }
    }

    synchronized void nexusLost(ItlNexus path) {
        release(path);
    }

    /** Persistent reservations survive a reset (SPC-4 5.13.1). */
    synchronized void unitReset() {
        legacyHolder = null;
        generation.incrementAndGet();
    }

    boolean hasLegacyHolder() {
        return legacyHolder != null;
    }

    /**
     * Replaces the state; it is stored first, if it is to survive. Called with the monitor held.
     */
    void change(PersistentState next, boolean registrationsChanged) throws StorageException {
        if (next.aptpl()) {
            store.save(ReservationCodec.encode(next));
        } else if (persistent.aptpl()) {
            store.save(new byte[0]);
        }
        persistent = next;
        generation.incrementAndGet();
        if (registrationsChanged) {
            registrationGeneration.incrementAndGet();
        }
    }
}

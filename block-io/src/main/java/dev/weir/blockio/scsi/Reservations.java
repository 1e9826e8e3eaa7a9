package dev.weir.blockio.scsi;

/** Who has reserved a logical unit. Thread-safe. */
final class Reservations {
    private final ReservationStore store;
    private volatile int generation;

    Reservations(ReservationStore store) {
        this.store = store;
    }

    int generation() {
        return generation;
    }

    void check(Access access, ItlNexus path) throws ReservationConflict {}

    void nexusLost(ItlNexus path) {}

    void unitReset() {}

    ReservationStore store() {
        return store;
    }
}

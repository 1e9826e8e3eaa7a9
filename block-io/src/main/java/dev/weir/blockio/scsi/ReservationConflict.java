package dev.weir.blockio.scsi;

/** The command conflicts with a reservation that another initiator holds (SAM-5 5.3.1). */
final class ReservationConflict extends CommandTermination {
    private static final long serialVersionUID = 1L;

    ReservationConflict() {
        super("reservation conflict");
    }
}

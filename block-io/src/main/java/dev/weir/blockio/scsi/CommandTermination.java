package dev.weir.blockio.scsi;

/** A command that ends with another status than GOOD. Says all by itself: it has no stack trace. */
abstract sealed class CommandTermination extends Exception
        permits CheckCondition, ReservationConflict {
    private static final long serialVersionUID = 1L;

    CommandTermination(String message) {
        super(message, null, false, false);
    }
}

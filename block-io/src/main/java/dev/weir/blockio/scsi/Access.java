package dev.weir.blockio.scsi;

/**
 * What a command does to a logical unit, as far as reservations care (SPC-4 5.13.1, SBC-3 4.17).
 */
enum Access {
    /** Allowed whoever holds whatever. */
    ALWAYS,
    /** Allowed beside every persistent reservation, but not beside another's RESERVE (6). */
    STATUS,
    /** Looks at the medium: conflicts with exclusive access. */
    READ,
    /** Changes the medium or the state of the logical unit: conflicts with write exclusive too. */
    WRITE,
    /** Changes persistent reservations; these check by themselves who may do what. */
    PERSISTENT,
    /** RESERVE and RELEASE of SPC-2: conflict with every persistent registration of others. */
    LEGACY
}

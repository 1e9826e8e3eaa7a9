package dev.weir.blockio.scsi;

import org.jspecify.annotations.Nullable;

/**
 * Types of persistent reservations (SPC-4 6.15.3.4).
 *
 * @see Access
 */
enum ReservationType {
    WRITE_EXCLUSIVE(1, false, Beneficiaries.HOLDER),
    EXCLUSIVE_ACCESS(3, true, Beneficiaries.HOLDER),
    WRITE_EXCLUSIVE_REGISTRANTS_ONLY(5, false, Beneficiaries.REGISTRANTS),
    EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(6, true, Beneficiaries.REGISTRANTS),
    WRITE_EXCLUSIVE_ALL_REGISTRANTS(7, false, Beneficiaries.REGISTRANTS_AS_HOLDERS),
    EXCLUSIVE_ACCESS_ALL_REGISTRANTS(8, true, Beneficiaries.REGISTRANTS_AS_HOLDERS);

    private enum Beneficiaries {
        HOLDER,
        REGISTRANTS,
        REGISTRANTS_AS_HOLDERS
    }

    private final int code;
    private final boolean excludesReads;
    private final Beneficiaries beneficiaries;

    ReservationType(int code, boolean excludesReads, Beneficiaries beneficiaries) {
        this.code = code;
        this.excludesReads = excludesReads;
        this.beneficiaries = beneficiaries;
    }

    static @Nullable ReservationType of(int code) {
        for (ReservationType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }

    int code() {
        return code;
    }

    /** Whether those outside may not even read. */
    boolean excludesReads() {
        return excludesReads;
    }

    /** Whether everybody registered has access. */
    boolean admitsRegistrants() {
        return beneficiaries != Beneficiaries.HOLDER;
    }

    /** Whether everybody registered holds the reservation. */
    boolean heldByAll() {
        return beneficiaries == Beneficiaries.REGISTRANTS_AS_HOLDERS;
    }
}

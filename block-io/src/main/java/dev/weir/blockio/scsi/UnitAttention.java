package dev.weir.blockio.scsi;

/**
 * What an initiator is told once, instead of having its next command carried out (SAM-5 5.14). In
 * the order of SPC-4 annex F; earlier ones are reported first (SAM-5 5.14.2).
 */
public enum UnitAttention {
    POWER_ON(0x29, 0x00),
    BUS_DEVICE_RESET(0x29, 0x03),
    I_T_NEXUS_LOSS(0x29, 0x07),
    MODE_PARAMETERS_CHANGED(0x2a, 0x01),
    RESERVATIONS_PREEMPTED(0x2a, 0x03),
    RESERVATIONS_RELEASED(0x2a, 0x04),
    REGISTRATIONS_PREEMPTED(0x2a, 0x05),
    ASYMMETRIC_ACCESS_CHANGED(0x2a, 0x06),
    CAPACITY_CHANGED(0x2a, 0x09),
    COMMANDS_CLEARED(0x2f, 0x00),
    THIN_PROVISIONING_SOFT_THRESHOLD(0x38, 0x07),
    INQUIRY_DATA_CHANGED(0x3f, 0x03),
    REPORTED_LUNS_CHANGED(0x3f, 0x0e);

    final int asc;
    final int ascq;

    UnitAttention(int asc, int ascq) {
        this.asc = asc;
        this.ascq = ascq;
    }
}

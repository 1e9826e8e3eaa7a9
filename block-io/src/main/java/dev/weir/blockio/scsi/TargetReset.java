package dev.weir.blockio.scsi;

/** Resets of a whole target (RFC 7143 11.5.1): COLD is WARM after which the sessions end too. */
public enum TargetReset {
    WARM,
    COLD
}

package dev.weir.blockio.scsi;

/**
 * An I_T nexus as persistent reservations remember it: by its names, so that it is the same one
 * after a logout or a restart.
 */
record Registrant(InitiatorPort initiator, String targetName, int relativePort) {
    static Registrant of(InitiatorPort initiator, TargetPort port) {
        return new Registrant(initiator, port.name(), port.relativeId());
    }
}

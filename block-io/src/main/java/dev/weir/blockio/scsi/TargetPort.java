package dev.weir.blockio.scsi;

import java.util.Locale;

/**
 * Where commands arrive: a port of a {@link ScsiTarget}.
 *
 * @param name the SCSI name of the target device
 * @param relativeId relative target port identifier, 1..65535, unique in the target (SPC-4 3.1.120)
 * @param portalGroupTag what completes the port's SCSI name, 0..65535 (RFC 7143 4.4.1)
 */
public record TargetPort(String name, int relativeId, int portalGroupTag) {
    private static final int MAX_ID = 0xffff;

    public TargetPort {
        if (relativeId < 1 || relativeId > MAX_ID) {
            throw new IllegalArgumentException("relative port " + relativeId + " not in 1..65535");
        }
        if (portalGroupTag < 0 || portalGroupTag > MAX_ID) {
            throw new IllegalArgumentException("portal group " + portalGroupTag + " out of range");
        }
    }

    /** The port's SCSI name: {@code <name>,t,0x<tag>}. */
    public String scsiName() {
        return name + ",t,0x" + String.format(Locale.ROOT, "%04x", portalGroupTag);
    }
}

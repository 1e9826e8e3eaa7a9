package dev.weir.blockio.scsi;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Who sends commands: a SCSI initiator port, as an iSCSI TransportID of format 01b names it (SPC-4
 * 7.6.4.6).
 *
 * @param name the iSCSI name of the initiator; compared in lower case, as RFC 3722 normalises it
 * @param isid the initiator session identifier, 48 bits
 */
public record InitiatorPort(String name, long isid) {

    /** Longest iSCSI name (RFC 7143 4.2.7.1). */
    public static final int MAX_NAME_BYTES = 223;

    private static final long MAX_ISID = 0xffff_ffff_ffffL;

    public InitiatorPort {
        name = name.toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("initiator name is empty or too long");
        }
        if (isid < 0 || isid > MAX_ISID) {
            throw new IllegalArgumentException("ISID has more than 48 bits");
        }
    }

    /** The port's SCSI name: {@code <name>,i,0x<isid>}. */
    public String scsiName() {
        return name + ",i,0x" + String.format(Locale.ROOT, "%012x", isid);
    }
}

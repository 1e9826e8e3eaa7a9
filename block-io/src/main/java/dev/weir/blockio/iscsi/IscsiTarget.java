package dev.weir.blockio.iscsi;

import dev.weir.blockio.scsi.ScsiTarget;

/**
 * A SCSI target offered under an iSCSI name. The SCSI target is borrowed: it is never closed here.
 *
 * @param name an iSCSI name, in lower case (RFC 7143 4.2.7)
 */
public record IscsiTarget(String name, ScsiTarget scsi, IscsiAccess access) {

    public IscsiTarget {
        if (!IscsiName.isValid(name)) {
            throw new IllegalArgumentException(name + " is not an iSCSI name in lower case");
        }
    }
}

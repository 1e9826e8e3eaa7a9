package dev.weir.db;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What an export over iSCSI has besides what every export has.
 *
 * @param target the part of the target's name that is its own; exports with the same one share it
 * @param lun where the volume is in the target
 * @param initiators names of those who may; none means any
 */
public record IscsiExportRow(
        UUID exportId,
        String target,
        int lun,
        int blockBytes,
        List<String> initiators,
        Optional<Credentials> chap,
        Optional<Credentials> mutualChap) {

    public IscsiExportRow {
        initiators = List.copyOf(initiators);
    }

    /** A name, and a secret that whoever reads the database cannot read. */
    public record Credentials(String user, String sealedSecret) {}
}

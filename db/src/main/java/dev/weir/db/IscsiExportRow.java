package dev.weir.db;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What an export over iSCSI has besides what every export has.
 *
 * @param initiators names of those who may; none means any
 */
public record IscsiExportRow(
        UUID exportId,
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

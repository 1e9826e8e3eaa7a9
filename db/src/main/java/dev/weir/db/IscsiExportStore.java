package dev.weir.db;

import dev.weir.db.IscsiExportRow.Credentials;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/** The remembered exports over iSCSI; each is an export of {@link ExportStore} too. */
@Repository
public class IscsiExportStore {
    private static final String SEPARATOR = "\n";

    private final JdbcTemplate sql;
    private final TransactionTemplate transaction;
    private final ExportRepository exports;

    IscsiExportStore(JdbcTemplate sql, TransactionTemplate transaction, ExportRepository exports) {
        this.sql = sql;
        this.transaction = transaction;
        this.exports = exports;
    }

    /** Remembers a new export, whole or not at all; false if the volume has one over iSCSI. */
    public boolean insert(ExportRow export, IscsiExportRow iscsi) {
        try {
            transaction.executeWithoutResult(_ -> {
                exports.saveAndFlush(ExportEntity.of(export));
                insert(iscsi);
            });
            return true;
        } catch (DataIntegrityViolationException e) {
            if (exports.findByVolumeIdAndProtocol(export.volumeId(), export.protocol())
                    .isPresent()) {
                return false;
            }
            throw e;
        }
    }

    public Optional<IscsiExportRow> byExport(UUID exportId) {
        return sql
                .query(
                        "select export_id, block_bytes, initiators, chap_user, chap_secret,"
                                + " mutual_user, mutual_secret from iscsi_exports"
                                + " where export_id = ?",
                        IscsiExportStore::row,
                        exportId)
                .stream()
                .findFirst();
    }

    private void insert(IscsiExportRow row) {
        sql.update(
                "insert into iscsi_exports (export_id, block_bytes, initiators, chap_user,"
                        + " chap_secret, mutual_user, mutual_secret) values (?, ?, ?, ?, ?, ?, ?)",
                row.exportId(),
                row.blockBytes(),
                String.join(SEPARATOR, row.initiators()),
                row.chap().map(Credentials::user).orElse(null),
                row.chap().map(Credentials::sealedSecret).orElse(null),
                row.mutualChap().map(Credentials::user).orElse(null),
                row.mutualChap().map(Credentials::sealedSecret).orElse(null));
    }

    private static IscsiExportRow row(ResultSet row, int number) throws SQLException {
        var initiators = row.getString("initiators");
        return new IscsiExportRow(
                row.getObject("export_id", UUID.class),
                row.getInt("block_bytes"),
                Arrays.stream(initiators.split(SEPARATOR, -1))
                        .filter(name -> !name.isEmpty())
                        .toList(),
                credentials(row, "chap"),
                credentials(row, "mutual"));
    }

    private static Optional<Credentials> credentials(ResultSet row, String which)
            throws SQLException {
        var user = row.getString(which + "_user");
        var secret = row.getString(which + "_secret");
        return user == null || secret == null
                ? Optional.empty()
                : Optional.of(new Credentials(user, secret));
    }
}

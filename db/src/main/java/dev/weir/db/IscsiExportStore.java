package dev.weir.db;

import dev.weir.db.IscsiExportRow.Credentials;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
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
    private static final String COLUMNS =
            "export_id, target, lun, block_bytes, initiators, chap_user, chap_secret, mutual_user,"
                    + " mutual_secret";

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
                        "select " + COLUMNS + " from iscsi_exports where export_id = ?",
                        IscsiExportStore::row,
                        exportId)
                .stream()
                .findFirst();
    }

    /** The exports that share a target, by LUN. */
    public List<IscsiExportRow> byTarget(String target) {
        return sql.query(
                "select " + COLUMNS + " from iscsi_exports where target = ? order by lun",
                IscsiExportStore::row,
                target);
    }

    private void insert(IscsiExportRow row) {
        sql.update(
                "insert into iscsi_exports (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.exportId(),
                row.target(),
                row.lun(),
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
                row.getString("target"),
                row.getInt("lun"),
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

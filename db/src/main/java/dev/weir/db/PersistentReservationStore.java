package dev.weir.db;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/** The remembered persistent reservations of volumes, opaque. They go with their volume. */
@Repository
public class PersistentReservationStore {
    private final JdbcTemplate sql;
    private final TransactionTemplate transaction;

    PersistentReservationStore(JdbcTemplate sql, TransactionTemplate transaction) {
        this.sql = sql;
        this.transaction = transaction;
    }

    /** What was saved last; empty if nothing was. */
    public byte[] load(UUID volumeId) {
        return sql
                .query(
                        "select state from reservations where volume_id = ?",
                        (row, _) -> row.getBytes("state"),
                        volumeId)
                .stream()
                .findFirst()
                .orElseGet(() -> new byte[0]);
    }

    public void save(UUID volumeId, byte[] state) {
        transaction.executeWithoutResult(_ -> {
            if (sql.update("update reservations set state = ? where volume_id = ?", state, volumeId)
                    == 0) {
                sql.update(
                        "insert into reservations (volume_id, state) values (?, ?)",
                        volumeId,
                        state);
            }
        });
    }
}

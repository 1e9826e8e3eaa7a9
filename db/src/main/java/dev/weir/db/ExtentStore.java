package dev.weir.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The inventory of extents. A pool has many thousands of them and they change in bulk, so this
 * store speaks SQL in batches rather than through entities.
 */
@Repository
public class ExtentStore {
    /** Rows changed in one transaction. */
    static final int BATCH_ROWS = 1000;

    private final JdbcTemplate sql;
    private final TransactionTemplate transaction;

    ExtentStore(JdbcTemplate sql, TransactionTemplate transaction) {
        this.sql = sql;
        this.transaction = transaction;
    }

    /** Extents of a pool with a greater number, in order. */
    public List<ExtentRow> after(UUID poolId, long extent, int limit) {
        return sql.query(
                "select extent, volume_id, device_id, offset_bytes, mapped_bytes from extents"
                        + " where pool_id = ? and extent > ? order by extent limit ?",
                ExtentStore::row,
                poolId,
                extent,
                limit);
    }

    /**
     * Brings the rows of a pool to {@code current}, touching only those that differ, and says how
     * many did. Readers may see a part of the change; one caller at a time for each pool.
     */
    public int replace(UUID poolId, List<ExtentRow> current) {
        var known = new HashMap<Long, ExtentRow>();
        for (var row : after(poolId, Long.MIN_VALUE, Integer.MAX_VALUE)) {
            known.put(row.extent(), row);
        }
        var inserts = new ArrayList<ExtentRow>();
        var updates = new ArrayList<ExtentRow>();
        for (var row : current) {
            var old = known.remove(row.extent());
            if (old == null) {
                inserts.add(row);
            } else if (!old.equals(row)) {
                updates.add(row);
            }
        }
        delete(poolId, known);
        update(poolId, updates);
        insert(poolId, inserts);
        return known.size() + updates.size() + inserts.size();
    }

    private void delete(UUID poolId, Map<Long, ExtentRow> rows) {
        inBatches(
                "delete from extents where pool_id = ? and extent = ?",
                rows.keySet().stream().map(extent -> new Object[] {poolId, extent}).toList());
    }

    private void update(UUID poolId, List<ExtentRow> rows) {
        inBatches(
                "update extents set volume_id = ?, device_id = ?, offset_bytes = ?,"
                        + " mapped_bytes = ? where pool_id = ? and extent = ?",
                rows.stream()
                        .map(row ->
                                new Object[] {
                                    row.volumeId(),
                                    row.deviceId(),
                                    row.offsetBytes(),
                                    row.mappedBytes(),
                                    poolId,
                                    row.extent()
                                })
                        .toList());
    }

    private void insert(UUID poolId, List<ExtentRow> rows) {
        inBatches(
                "insert into extents (pool_id, extent, volume_id, device_id, offset_bytes,"
                        + " mapped_bytes) values (?, ?, ?, ?, ?, ?)",
                rows.stream()
                        .map(row ->
                                new Object[] {
                                    poolId,
                                    row.extent(),
                                    row.volumeId(),
                                    row.deviceId(),
                                    row.offsetBytes(),
                                    row.mappedBytes()
                                })
                        .toList());
    }

    private void inBatches(String statement, List<Object[]> arguments) {
        for (int from = 0; from < arguments.size(); from += BATCH_ROWS) {
            var batch = arguments.subList(from, Math.min(arguments.size(), from + BATCH_ROWS));
            transaction.executeWithoutResult(_ -> sql.batchUpdate(statement, batch));
        }
    }

    private static ExtentRow row(ResultSet row, int number) throws SQLException {
        return new ExtentRow(
                row.getLong("extent"),
                row.getObject("volume_id", UUID.class),
                row.getObject("device_id", UUID.class),
                row.getLong("offset_bytes"),
                row.getLong("mapped_bytes"));
    }
}

package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.db.PoolRow;

/** Opens a pool anew, as a start does. */
public interface PoolReopening {

    /**
     * Withdraws what is exported of the pool, opens it from those of its devices that are there,
     * and publishes its exports again; their clients have to connect again. The caller holds the
     * lock of the pool. A pool that cannot be opened is failed afterwards.
     */
    void reopen(PoolRow pool) throws StorageException;
}

package dev.weir.engine;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.engine.metadata.PoolLoader;
import dev.weir.engine.thin.ThinPool;
import java.util.List;
import java.util.Optional;

/** Makes and opens pools. */
public final class Pools {
    private Pools() {}

    /**
     * Formats devices as a new pool, which owns them from then on. A device that belongs to a pool
     * already is refused; on failure the devices stay with the caller.
     */
    public static Pool format(PoolSpec spec, List<AttachedDevice> devices) throws StorageException {
        return ThinPool.format(spec, devices, true);
    }

    /**
     * Opens a pool from those of its devices that are there. It comes up as far as they allow;
     * {@link Pool#recovery()} says what was missing or damaged.
     */
    public static Pool open(List<AttachedDevice> devices) throws StorageException {
        return ThinPool.open(devices, true);
    }

    /** Which pool a device belongs to, if any. */
    public static Optional<PoolIdentity> identify(BlockDevice device) throws StorageException {
        return PoolLoader.identify(device);
    }
}

package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import java.util.Collection;
import java.util.function.Supplier;

/** The maintenance of a pool, as its volumes see it. */
record PoolUpkeep(
        Maintenance maintenance,
        Reclaimer reclaimer,
        Supplier<? extends Collection<VolumeSpace>> spaces)
        implements Upkeep {

    @Override
    public void hint() {
        maintenance.hint();
    }

    @Override
    public long reclaims() {
        return reclaimer.reclaims();
    }

    @Override
    public void reclaim() throws StorageException {
        reclaimer.run(spaces.get());
    }
}

package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolSpec;
import java.util.List;

/** Where pools come from. */
interface EngineUnderTest {

    Pool format(PoolSpec spec, List<AttachedDevice> devices) throws StorageException;

    Pool open(List<AttachedDevice> devices) throws StorageException;

    /** Does a round of what a pool does in the background, where it does not do it by itself. */
    default void maintain(Pool pool) throws StorageException {}
}

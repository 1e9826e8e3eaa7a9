package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.thin.ThinPool;
import java.util.List;

/**
 * The engine itself, with maintenance only when the simulation says so: then a seed decides
 * everything.
 */
final class ThinPoolEngine implements EngineUnderTest {

    @Override
    public Pool format(PoolSpec spec, List<AttachedDevice> devices) throws StorageException {
        return ThinPool.format(spec, devices, false);
    }

    @Override
    public Pool open(List<AttachedDevice> devices) throws StorageException {
        return ThinPool.open(devices, false);
    }

    @Override
    public void maintain(Pool pool) throws StorageException {
        ((ThinPool) pool).runMaintenance();
    }
}

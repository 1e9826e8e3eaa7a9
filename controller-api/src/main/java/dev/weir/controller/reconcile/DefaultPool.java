package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.controller.json.ByteSize;
import dev.weir.controller.pool.NewDevice;
import dev.weir.controller.pool.NewPool;
import dev.weir.controller.pool.PoolProvisioning;
import dev.weir.controller.problem.ProblemException;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.controller.settings.WeirSettings;
import dev.weir.db.PoolStore;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The pool that a first start makes, so that there is something to use. */
@Component
public class DefaultPool {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultPool.class);
    private static final String NAME = "default";
    private static final String DEVICE = "default-0";
    private static final ByteSize SIZE = new ByteSize(10L << 30);

    private final WeirSettings settings;
    private final DataDirectory directory;
    private final PoolStore pools;
    private final PoolProvisioning provisioning;

    DefaultPool(
            WeirSettings settings,
            DataDirectory directory,
            PoolStore pools,
            PoolProvisioning provisioning) {
        this.settings = settings;
        this.directory = directory;
        this.pools = pools;
        this.provisioning = provisioning;
    }

    /** Makes the pool if it is wanted and there is none at all; Weir also works without it. */
    public void createIfNone() {
        if (!settings.defaultPool() || !pools.all().isEmpty()) {
            return;
        }
        var device = new NewDevice(directory.devices().resolve(DEVICE).toString(), SIZE);
        try {
            provisioning.create(UUID.randomUUID(), new NewPool(NAME, null, null, List.of(device)));
        } catch (StorageException | ProblemException e) {
            LOG.error("The pool {} could not be made: {}", NAME, e.getMessage());
        }
    }
}

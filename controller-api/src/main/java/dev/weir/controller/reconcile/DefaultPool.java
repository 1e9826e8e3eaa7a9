package dev.weir.controller.reconcile;

import dev.weir.blockio.StorageException;
import dev.weir.controller.json.ByteSize;
import dev.weir.controller.pool.NewDevice;
import dev.weir.controller.pool.NewPool;
import dev.weir.controller.pool.PoolProvisioning;
import dev.weir.controller.problem.ProblemException;
import dev.weir.controller.reconcile.Difference.Kind;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.controller.settings.WeirSettings;
import dev.weir.db.PoolStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The pool that a first start makes, so that there is something to use. Whoever deletes it does not
 * want it: a directory that has had a pool never gets this one again.
 */
@Component
public class DefaultPool {
    public static final String NAME = "default";
    private static final String DEVICE = "default-0";
    private static final ByteSize SIZE = new ByteSize(10L << 30);

    private static final Logger LOG = LoggerFactory.getLogger(DefaultPool.class);

    private final WeirSettings settings;
    private final DataDirectory directory;
    private final PoolStore pools;
    private final PoolProvisioning provisioning;
    private final Differences differences;

    private volatile @Nullable String failure;

    DefaultPool(
            WeirSettings settings,
            DataDirectory directory,
            PoolStore pools,
            PoolProvisioning provisioning,
            Differences differences) {
        this.settings = settings;
        this.directory = directory;
        this.pools = pools;
        this.provisioning = provisioning;
        this.differences = differences;
    }

    /** Makes the pool if it is wanted and there is none at all; Weir also works without it. */
    public void createIfNone() {
        if (!pools.all().isEmpty()) {
            remember();
            return;
        }
        if (!settings.defaultPool() || directory.hadPool()) {
            return;
        }
        var device = new NewDevice(directory.devices().resolve(DEVICE).toString(), SIZE);
        try {
            provisioning.create(UUID.randomUUID(), new NewPool(NAME, null, null, List.of(device)));
            remember();
        } catch (StorageException | ProblemException e) {
            var reason =
                    e instanceof ProblemException problem
                            ? problem.problem().detail() + " " + problem.problem().cause()
                            : e.getMessage();
            failure = reason;
            differences.add(
                    Kind.DEFAULT_POOL_FAILED,
                    "pools/" + NAME,
                    "The pool %s could not be made, the next start tries again (--no-default-pool leaves it out): %s"
                            .formatted(NAME, reason));
        }
    }

    private void remember() {
        try {
            directory.rememberPool();
        } catch (IOException e) {
            LOG.warn("A start without any pool would make the default one again: {}", e.toString());
        }
    }

    /** Why the pool could not be made at this start, while there still is none. */
    public Optional<String> failure() {
        return pools.all().isEmpty() ? Optional.ofNullable(failure) : Optional.empty();
    }
}

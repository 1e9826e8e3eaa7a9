package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.db.PoolRow;
import dev.weir.engine.Pool;
import dev.weir.engine.Volume;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The pools as they are now: each one serves, or failed with a reason. Usable from any thread;
 * changes to one pool and its volumes are made under its {@link #lock}.
 */
@Component
public class OpenPools {
    private static final Logger LOG = LoggerFactory.getLogger(OpenPools.class);

    private final Map<UUID, Condition> conditions = new ConcurrentHashMap<>();
    private final Map<UUID, Lock> locks = new ConcurrentHashMap<>();
    private final List<Consumer<Pool>> listeners = new CopyOnWriteArrayList<>();

    /** How a pool is. */
    public sealed interface Condition {
        /** Its volumes can be read and written. */
        record Serving(Pool pool) implements Condition {}

        /** It could not be opened. */
        record Failed(String reason) implements Condition {}
    }

    /** Closes a pool that serves; it fails with this reason until it serves again. */
    public void close(UUID id, String reason) throws StorageException {
        var pool = serving(id);
        fail(id, reason);
        if (pool.isPresent()) {
            pool.get().close();
        }
    }

    /** Forgets a pool that was deleted. */
    void forget(UUID id) {
        conditions.remove(id);
        locks.remove(id);
    }

    public void serve(Pool pool) {
        conditions.put(pool.spec().id(), new Condition.Serving(pool));
        listeners.forEach(listener -> listener.accept(pool));
    }

    /** Tells the listener of each pool that serves from now on. */
    public void onServing(Consumer<Pool> listener) {
        listeners.add(listener);
    }

    public void fail(UUID id, String reason) {
        conditions.put(id, new Condition.Failed(reason));
    }

    public Condition condition(UUID id) {
        return conditions.getOrDefault(id, new Condition.Failed("it is not open"));
    }

    /** The pool if it serves. */
    public Optional<Pool> serving(UUID id) {
        return conditions.get(id) instanceof Condition.Serving(Pool pool)
                ? Optional.of(pool)
                : Optional.empty();
    }

    /** The pool, which must serve. */
    public Pool require(PoolRow row) {
        return switch (condition(row.id())) {
            case Condition.Serving(Pool pool) -> pool;
            case Condition.Failed(String reason) ->
                    throw new Problem(
                                    ProblemType.POOL_UNAVAILABLE,
                                    "The pool %s does not serve.".formatted(row.name()),
                                    "It failed: " + reason + ".",
                                    "Bring its devices back and POST one of them to /api/v1/pools/%s/devices; other pools go on."
                                            .formatted(row.name()))
                            .with("pool", row.name())
                            .exception();
        };
    }

    /** The pool that this volume lives in, if it serves. */
    public Optional<Pool> of(Volume volume) {
        return allServing()
                .filter(pool -> pool.volume(volume.id()).filter(volume::equals).isPresent())
                .findFirst();
    }

    public Optional<Volume> volume(UUID poolId, UUID volumeId) {
        return serving(poolId).flatMap(pool -> pool.volume(volumeId));
    }

    public Stream<Pool> allServing() {
        return conditions.values().stream()
                .flatMap(condition ->
                        condition instanceof Condition.Serving(Pool pool)
                                ? Stream.of(pool)
                                : Stream.empty());
    }

    /** How well the pool serves. */
    public PoolHealth health(UUID id) {
        return PoolHealth.of(condition(id));
    }

    /** Pools that are in this state. */
    public long count(PoolHealth.State state) {
        return conditions.values().stream()
                .filter(condition -> PoolHealth.of(condition).state() == state)
                .count();
    }

    /** Held by whoever changes the pool or a volume of it. */
    public Lock lock(UUID poolId) {
        return locks.computeIfAbsent(poolId, _ -> new ReentrantLock());
    }

    /** Closes every pool; one that cannot be closed does not stop the others. */
    public void closeAll() {
        Consumer<Pool> close =
                pool -> {
                    try {
                        pool.close();
                    } catch (StorageException e) {
                        LOG.error("Pool {} was not closed in good order", pool.spec().name(), e);
                    }
                };
        allServing().forEach(close);
        conditions.clear();
    }
}

package dev.weir.blockio.nbd;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.Acceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An NBD server on one TCP port: accepts clients, gives each a thread of its own, and ends those
 * that keep it waiting. All methods may be called from any thread.
 *
 * <p>Exports are looked up when a client asks for one. Their devices are borrowed and never closed
 * here: whoever takes an export away removes it from the directory, calls {@link #disconnect}, and
 * may then close the device.
 */
public final class NbdServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NbdServer.class);

    private static final long MAX_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NbdLimits limits;
    private final NbdExportDirectory exports;
    private final Clock clock;
    private final Acceptor acceptor;
    private final BufferPool pool = new BufferPool();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong departures = new AtomicLong();
    private final ScheduledExecutorService timekeeper;
    private volatile boolean closed;

    private NbdServer(
            NbdLimits limits, NbdExportDirectory exports, Clock clock, Acceptor acceptor) {
        this.limits = limits;
        this.exports = exports;
        this.clock = clock;
        this.acceptor = acceptor;
        this.timekeeper =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("nbd-timekeeper").factory());
    }

    /** Binds the port and starts to accept clients. */
    public static NbdServer start(NbdServerConfig config, NbdExportDirectory exports)
            throws IOException {
        return start(config, exports, Clock.systemUTC());
    }

    static NbdServer start(NbdServerConfig config, NbdExportDirectory exports, Clock clock)
            throws IOException {
        Acceptor acceptor = Acceptor.bind("NBD", config.bindAddress(), config.port());
        NbdServer server = new NbdServer(config.limits(), exports, clock, acceptor);
        server.run();
        return server;
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return acceptor.address();
    }

    /** The clients that are attached to an export. */
    public List<NbdClient> clients() {
        return connections.stream().map(Connection::client).flatMap(Optional::stream).toList();
    }

    /**
     * Ends the clients of an export that goes away: their requests in flight are finished, later
     * ones fail with ESHUTDOWN. On return none of them uses the device any more, unless a request
     * took longer than {@link NbdLimits#drainTimeout}.
     */
    public void disconnect(String exportName) {
        departures.incrementAndGet();
        end(connections.stream().filter(c -> c.uses(exportName)).toList());
    }

    /** Stops accepting, and ends all clients as {@link #disconnect} does. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        acceptor.close();
        end(List.copyOf(connections));
        timekeeper.shutdown();
        pool.close();
        log.info("NBD server on {} stopped", address());
    }

    private void run() {
        acceptor.start(new Host());
        long shortest =
                Math.min(limits.handshakeTimeout().toNanos(), limits.replyTimeout().toNanos());
        long tick = Math.clamp(shortest / 4, 1, MAX_TICK_NANOS);
        var _ =
                timekeeper.scheduleAtFixedRate(
                        () -> connections.forEach(Connection::enforceDeadline),
                        tick,
                        tick,
                        TimeUnit.NANOSECONDS);
        log.info("NBD server listens on {}", address());
    }

    private void end(List<Connection> ending) {
        ending.forEach(Connection::stop);
        long end = System.nanoTime() + limits.drainTimeout().toNanos();
        try {
            for (Connection connection : ending) {
                connection.awaitEnd(end - System.nanoTime());
            }
        } catch (InterruptedException _) {
            ending.forEach(Connection::abort);
            Thread.currentThread().interrupt();
        }
    }

    /** This server as its port and its connections see it. */
    private final class Host implements Connection.Host, Acceptor.Host<Connection> {
        @Override
        public boolean isFull() {
            return connections.size() >= limits.maxConnections();
        }

        @Override
        public Connection welcome(SocketChannel channel) throws IOException {
            Connection connection =
                    new Connection(this, channel, channel.getRemoteAddress(), clock.instant());
            connections.add(connection);
            return connection;
        }

        @Override
        public NbdExportDirectory exports() {
            return exports;
        }

        @Override
        public NbdLimits limits() {
            return limits;
        }

        @Override
        public BufferPool pool() {
            return pool;
        }

        @Override
        public long departures() {
            return departures.get();
        }

        @Override
        public void ended(Connection connection) {
            connections.remove(connection);
        }
    }
}

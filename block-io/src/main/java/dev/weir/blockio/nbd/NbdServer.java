package dev.weir.blockio.nbd;

import dev.weir.blockio.memory.BufferPool;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
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
import java.util.concurrent.locks.LockSupport;
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

    private static final int BACKLOG = 128;
    private static final long MAX_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final NbdLimits limits;
    private final NbdExportDirectory exports;
    private final Clock clock;
    private final ServerSocketChannel listener;
    private final InetSocketAddress address;
    private final BufferPool pool = new BufferPool();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong departures = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final ScheduledExecutorService timekeeper;
    private volatile boolean closed;

    private NbdServer(
            NbdLimits limits, NbdExportDirectory exports, Clock clock, ServerSocketChannel listener)
            throws IOException {
        this.limits = limits;
        this.exports = exports;
        this.clock = clock;
        this.listener = listener;
        this.address = (InetSocketAddress) listener.getLocalAddress();
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
        InetSocketAddress wanted = new InetSocketAddress(config.bindAddress(), config.port());
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(wanted, BACKLOG);
            NbdServer server = new NbdServer(config.limits(), exports, clock, listener);
            server.run();
            return server;
        } catch (BindException e) {
            listener.close();
            BindException clear =
                    new BindException(
                            "cannot listen for NBD on "
                                    + wanted.getAddress().getHostAddress()
                                    + " port "
                                    + wanted.getPort()
                                    + ": "
                                    + e.getMessage());
            clear.initCause(e);
            throw clear;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return address;
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
        try {
            listener.close();
        } catch (IOException e) {
            log.warn("Closing the NBD port failed", e);
        }
        end(List.copyOf(connections));
        timekeeper.shutdown();
        pool.close();
        log.info("NBD server on {} stopped", address);
    }

    private void run() {
        Thread.ofPlatform().daemon().name("nbd-accept").start(this::accept);
        long shortest =
                Math.min(limits.handshakeTimeout().toNanos(), limits.replyTimeout().toNanos());
        long tick = Math.clamp(shortest / 4, 1, MAX_TICK_NANOS);
        var _ =
                timekeeper.scheduleAtFixedRate(
                        () -> connections.forEach(Connection::enforceDeadline),
                        tick,
                        tick,
                        TimeUnit.NANOSECONDS);
        log.info("NBD server listens on {}", address);
    }

    private void accept() {
        while (!closed) {
            try {
                welcome(listener.accept());
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                log.error("Accepting an NBD client failed", e);
                // Out of file descriptors, most likely: trying again at once would not help.
                LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
            }
        }
    }

    private void welcome(SocketChannel channel) throws IOException {
        try {
            SocketAddress remote = channel.getRemoteAddress();
            if (connections.size() >= limits.maxConnections()) {
                log.warn("Refusing NBD client {}: {} others", remote, connections.size());
                channel.close();
                return;
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            Connection connection = new Connection(new Host(), channel, remote, clock.instant());
            connections.add(connection);
            startThread(connection);
        } catch (IOException e) {
            log.info("Lost an NBD client before it was welcomed: {}", e.toString());
            channel.close();
        }
    }

    private void startThread(Connection connection) {
        try {
            Thread.ofPlatform()
                    .daemon()
                    .name("nbd-client-" + accepted.incrementAndGet())
                    .start(connection);
        } catch (OutOfMemoryError e) {
            log.error("No thread for another NBD client", e);
            connections.remove(connection);
            connection.abort();
        }
        if (closed) {
            connection.stop();
        }
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

    /** This server as its connections see it. */
    private final class Host implements Connection.Host {
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

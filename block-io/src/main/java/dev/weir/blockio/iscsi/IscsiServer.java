package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An iSCSI server on one portal or several: accepts clients, gives each connection a thread of its
 * own, and ends those that keep it waiting. All methods may be called from any thread.
 *
 * <p>Targets are looked up when a client asks for one, and borrowed: whoever takes a target away
 * removes it from the directory, calls {@link #disconnect}, and may then close it and its devices.
 */
public final class IscsiServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IscsiServer.class);

    private static final int BACKLOG = 128;
    private static final long MAX_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int TICKS_PER_TIMEOUT = 4;
    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final IscsiServerConfig config;
    private final IscsiLimits limits;
    private final IscsiTargetDirectory directory;
    private final Sessions sessions;
    private final BufferPool pool = new BufferPool();
    private final SecureRandom random = new SecureRandom();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final ScheduledExecutorService timekeeper;
    private final Executor errands;
    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private final List<SendTargets.Portal> portals = new ArrayList<>();
    private volatile boolean closed;

    private IscsiServer(IscsiServerConfig config, IscsiTargetDirectory directory, Clock clock) {
        this.config = config;
        this.limits = config.limits();
        this.directory = directory;
        this.timekeeper =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("iscsi-timekeeper").factory());
        this.errands = task -> Thread.ofVirtual().name("iscsi-errand").start(task);
        MemoryBudget budget =
                new MemoryBudget(
                        limits.maxBufferedBytes(), limits.maxBufferedBytesPerSession(), errands);
        this.sessions = new Sessions(limits, directory, budget, clock);
    }

    /** Binds all portals and starts to accept clients. */
    public static IscsiServer start(IscsiServerConfig config, IscsiTargetDirectory directory)
            throws IOException {
        return start(config, directory, Clock.systemUTC());
    }

    static IscsiServer start(IscsiServerConfig config, IscsiTargetDirectory directory, Clock clock)
            throws IOException {
        IscsiServer server = new IscsiServer(config, directory, clock);
        try {
            for (IscsiPortal portal : config.portals()) {
                server.bind(portal);
            }
            server.run();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Where it listens, with the real ports, in the order of the portals. */
    public List<InetSocketAddress> addresses() {
        return portals.stream().map(SendTargets.Portal::bound).toList();
    }

    /** The sessions, those included that only ask which targets there are. */
    public List<IscsiClient> clients() {
        return sessions.all().stream().map(Session::client).toList();
    }

    /**
     * Ends the sessions of a target that goes away: initiators are asked to log out, then their
     * commands in flight are finished and further ones not taken. On return none of them uses the
     * target any more, unless a command took longer than {@link IscsiLimits#drainTimeout}.
     */
    public void disconnect(String targetName) {
        end(sessions.of(targetName));
    }

    /** Stops accepting, and ends all sessions as {@link #disconnect} does. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (ServerSocketChannel listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                log.warn("Closing an iSCSI portal failed", e);
            }
        }
        connections.stream().filter(c -> !c.isEstablished()).forEach(Connection::abort);
        end(sessions.all());
        awaitConnections();
        timekeeper.shutdown();
        pool.close();
        log.info("iSCSI server on {} stopped", addresses());
    }

    private void bind(IscsiPortal portal) throws IOException {
        InetSocketAddress wanted = new InetSocketAddress(portal.bindAddress(), portal.port());
        ServerSocketChannel listener = ServerSocketChannel.open();
        listeners.add(listener);
        try {
            listener.bind(wanted, BACKLOG);
        } catch (BindException e) {
            BindException clear =
                    new BindException(
                            "cannot listen for iSCSI on "
                                    + wanted.getAddress().getHostAddress()
                                    + " port "
                                    + wanted.getPort()
                                    + ": "
                                    + e.getMessage());
            clear.initCause(e);
            throw clear;
        }
        portals.add(new SendTargets.Portal(portal, (InetSocketAddress) listener.getLocalAddress()));
    }

    private void run() {
        for (int i = 0; i < listeners.size(); i++) {
            ServerSocketChannel listener = listeners.get(i);
            int tag = config.portals().get(i).portalGroupTag();
            Thread.ofPlatform()
                    .daemon()
                    .name("iscsi-accept-" + i)
                    .start(() -> accept(listener, tag));
        }
        long tick = Math.clamp(shortestTimeoutNanos() / TICKS_PER_TIMEOUT, 1, MAX_TICK_NANOS);
        var _ =
                timekeeper.scheduleAtFixedRate(
                        this::enforceTimeouts, tick, tick, TimeUnit.NANOSECONDS);
        log.info("iSCSI server listens on {}", addresses());
    }

    private long shortestTimeoutNanos() {
        return List.of(
                        limits.loginTimeout(),
                        limits.replyTimeout(),
                        limits.dataOutTimeout(),
                        limits.idleInterval(),
                        limits.idleTimeout())
                .stream()
                .mapToLong(Duration::toNanos)
                .min()
                .orElseThrow();
    }

    private void enforceTimeouts() {
        try {
            connections.forEach(Connection::enforceTimeouts);
        } catch (RuntimeException e) {
            log.error("Looking after iSCSI clients failed", e);
        }
    }

    private void accept(ServerSocketChannel listener, int portalGroupTag) {
        while (!closed) {
            try {
                welcome(listener.accept(), portalGroupTag);
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                log.error("Accepting an iSCSI client failed", e);
                // Out of file descriptors, most likely: trying again at once would not help.
                LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
            }
        }
    }

    private void welcome(SocketChannel channel, int portalGroupTag) throws IOException {
        try {
            if (connections.size() >= limits.maxConnections()) {
                log.warn(
                        "Refusing iSCSI client {}: {} others",
                        channel.getRemoteAddress(),
                        connections.size());
                channel.close();
                return;
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            Connection connection = new Connection(new Host(), channel, portalGroupTag);
            connections.add(connection);
            startThread(connection);
        } catch (IOException e) {
            log.info("Lost an iSCSI client before it was welcomed: {}", e.toString());
            channel.close();
        }
    }

    private void startThread(Connection connection) {
        try {
            Thread.ofPlatform()
                    .daemon()
                    .name("iscsi-client-" + accepted.incrementAndGet())
                    .start(connection);
        } catch (OutOfMemoryError e) {
            log.error("No thread for another iSCSI client", e);
            connections.remove(connection);
            connection.abort();
        }
        if (closed) {
            connection.abort();
        }
    }

    private void end(List<Session> ending) {
        long start = System.nanoTime();
        long grace = limits.logoutTime().toNanos();
        try {
            int seconds = Math.toIntExact(Math.max(1, limits.logoutTime().toSeconds()));
            members(ending).forEach(member -> member.requestLogout(seconds));
            for (Session session : ending) {
                session.awaitEnd(start + grace - System.nanoTime());
            }
            members(ending).forEach(Session.Member::stop);
            long end = start + grace + limits.drainTimeout().toNanos();
            for (Session session : ending) {
                if (!session.awaitEnd(end - System.nanoTime())) {
                    session.abort();
                }
            }
        } catch (InterruptedException _) {
            ending.forEach(Session::abort);
            Thread.currentThread().interrupt();
        }
    }

    private void awaitConnections() {
        long end = System.nanoTime() + limits.drainTimeout().toNanos();
        try {
            for (Connection connection : connections) {
                connection.awaitEnd(end - System.nanoTime());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Session.Member> members(List<Session> sessions) {
        return sessions.stream().flatMap(session -> session.members().stream()).toList();
    }

    /** This server as its connections see it. */
    private final class Host implements Connection.Host {
        @Override
        public IscsiTargetDirectory directory() {
            return directory;
        }

        @Override
        public IscsiAccess discovery() {
            return config.discovery();
        }

        @Override
        public List<SendTargets.Portal> portals() {
            return List.copyOf(portals);
        }

        @Override
        public IscsiLimits limits() {
            return limits;
        }

        @Override
        public BufferPool pool() {
            return pool;
        }

        @Override
        public Sessions sessions() {
            return sessions;
        }

        @Override
        public SecureRandom random() {
            return random;
        }

        @Override
        public Executor errands() {
            return errands;
        }

        @Override
        public void ended(Connection connection) {
            connections.remove(connection);
        }
    }
}

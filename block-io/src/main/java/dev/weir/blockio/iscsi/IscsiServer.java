package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.Acceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
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

    private static final long MAX_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int TICKS_PER_TIMEOUT = 4;

    private final IscsiServerConfig config;
    private final IscsiLimits limits;
    private final IscsiTargetDirectory directory;
    private final Sessions sessions;
    private final BufferPool pool = new BufferPool();
    private final SecureRandom random = new SecureRandom();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timekeeper;
    private final Executor errands;
    private final List<Acceptor> acceptors = new ArrayList<>();
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
        acceptors.forEach(Acceptor::close);
        connections.stream().filter(c -> !c.isEstablished()).forEach(Connection::abort);
        end(sessions.all());
        awaitConnections();
        timekeeper.shutdown();
        pool.close();
        log.info("iSCSI server on {} stopped", addresses());
    }

    private void bind(IscsiPortal portal) throws IOException {
        Acceptor acceptor = Acceptor.bind("iSCSI", portal.bindAddress(), portal.port());
        acceptors.add(acceptor);
        portals.add(new SendTargets.Portal(portal, acceptor.address()));
    }

    private void run() {
        for (int i = 0; i < acceptors.size(); i++) {
            acceptors.get(i).start(new Host(config.portals().get(i).portalGroupTag()));
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

    /** This server as one of its portals, and the connections through it, see it. */
    private final class Host implements Connection.Host, Acceptor.Host<Connection> {
        private final int portalGroupTag;

        Host(int portalGroupTag) {
            this.portalGroupTag = portalGroupTag;
        }

        @Override
        public boolean isFull() {
            return connections.size() >= limits.maxConnections();
        }

        @Override
        public Connection welcome(SocketChannel channel) throws IOException {
            Connection connection = new Connection(this, channel, portalGroupTag);
            connections.add(connection);
            return connection;
        }

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

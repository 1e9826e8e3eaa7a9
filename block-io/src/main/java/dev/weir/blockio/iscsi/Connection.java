package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.Acceptor;
import dev.weir.blockio.wire.Deadline;
import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReceiveBuffer;
import dev.weir.blockio.wire.ReplyQueue;
import dev.weir.blockio.wire.Workers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from being accepted to being closed: its socket, its login and how long it may
 * take over anything. What comes after the login is for {@link EstablishedConnection}. {@link #run}
 * is the body of its thread; the other methods may be called from any thread.
 */
final class Connection implements Acceptor.Client, Session.Member {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** What a connection needs of the server it belongs to. */
    interface Host {

        IscsiTargetDirectory directory();

        IscsiAccess discovery();

        List<SendTargets.Portal> portals();

        IscsiLimits limits();

        BufferPool pool();

        Sessions sessions();

        SecureRandom random();

        /** Does what may wait for one client and must not hold up the others. */
        Executor errands();

        void ended(Connection connection);
    }

    private final Host host;
    private final SocketChannel channel;
    private final int portalGroupTag;
    private final String remote;

    /** Of the whole login: that its replies are read in time does not prolong it. */
    private final Deadline loginDeadline = new Deadline();

    private final Deadline replyDeadline = new Deadline();
    private final ReplyQueue replies;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Liveness liveness;
    private volatile int connectionId;
    private volatile @Nullable Session session;
    private volatile @Nullable EstablishedConnection established;

    Connection(Host host, SocketChannel channel, int portalGroupTag) throws IOException {
        this.host = host;
        this.channel = channel;
        this.portalGroupTag = portalGroupTag;
        this.remote = String.valueOf(channel.getRemoteAddress());
        long replyTimeoutNanos = host.limits().replyTimeout().toNanos();
        this.replies = new ReplyQueue(channel, replyDeadline, replyTimeoutNanos, host.pool());
        this.liveness =
                new Liveness(
                        host.limits().idleInterval().toNanos(),
                        host.limits().idleTimeout().toNanos());
        loginDeadline.in(host.limits().loginTimeout().toNanos());
    }

    @Override
    public void run() {
        try (channel;
                ReceiveBuffer in = new ReceiveBuffer(channel, host.pool())) {
            serve(new PduReader(in, this::receive));
            channel.shutdownOutput();
        } catch (ProtocolViolation e) {
            log.warn("Dropping iSCSI client {}: {}", remote, e.getMessage());
        } catch (IOException e) {
            log.info("Lost iSCSI client {}: {}", remote, e.toString());
        } catch (RuntimeException | Error e) {
            log.error("Dropping iSCSI client {}", remote, e);
        } finally {
            leaveSession();
            host.ended(this);
            ended.countDown();
        }
    }

    @Override
    public int connectionId() {
        return connectionId;
    }

    @Override
    public String remoteAddress() {
        return remote;
    }

    @Override
    public void abort() {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("Closing the connection of {} failed", remote, e);
        }
    }

    @Override
    public void stop() {
        try {
            channel.shutdownInput();
        } catch (IOException _) {
            abort();
        }
    }

    @Override
    public void requestLogout(int seconds) {
        EstablishedConnection serving = established;
        if (serving != null) {
            serving.requestLogout(seconds);
        }
    }

    @Override
    public void awaitEnd(long timeoutNanos) throws InterruptedException {
        if (!ended.await(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS)) {
            log.warn("iSCSI client {} did not end in time", remote);
            abort();
        }
    }

    /** Whether this connection has logged in. */
    boolean isEstablished() {
        return established != null;
    }

    /** Ends the connection if the client keeps it waiting for too long, and pings a silent one. */
    void enforceTimeouts() {
        if (!channel.isOpen()) {
            return;
        }
        if (loginDeadline.passed() || replyDeadline.passed()) {
            log.warn("iSCSI client {} kept the server waiting for too long", remote);
            abort();
            return;
        }
        EstablishedConnection serving = established;
        if (serving == null) {
            return;
        }
        long now = System.nanoTime();
        switch (liveness.at(now)) {
            case ALIVE -> {}
            case SILENT -> serving.ping();
            case DEAD -> {
                log.warn("iSCSI client {} does not answer", remote);
                abort();
            }
        }
        if (liveness.isListening() && serving.isOverdue(now)) {
            log.warn("iSCSI client {} did not send the data it was asked for", remote);
            abort();
        }
    }

    private int receive(ReceiveBuffer in, int needed) throws IOException {
        try {
            replies.endBatch();
            liveness.listens();
            int received = in.receiveBlocking(needed);
            liveness.heard();
            return received;
        } finally {
            replies.startBatch();
        }
    }

    private void serve(PduReader pdu) throws IOException {
        Optional<LoginExchange.Established> login;
        replies.startBatch();
        try {
            login = logIn(pdu);
        } finally {
            replies.endBatch();
        }
        if (login.isPresent()) {
            loginDeadline.none();
            serve(pdu, login.get());
        }
    }

    private Optional<LoginExchange.Established> logIn(PduReader pdu) throws IOException {
        LoginDirectory directory = new LoginDirectory(host, portalGroupTag);
        return new LoginExchange(
                        pdu,
                        replies,
                        new LoginNegotiation(directory, host.limits(), host.random()),
                        this::admit,
                        host.limits().maxLoginSteps(),
                        remote)
                .run();
    }

    private Sessions.Admission admit(Login login) throws InterruptedException {
        connectionId = login.connectionId();
        Sessions.Admission admission = host.sessions().admit(login, this);
        if (admission instanceof Sessions.Admission.Admitted(Session joined)) {
            session = joined;
        }
        return admission;
    }

    private void serve(PduReader pdu, LoginExchange.Established login) throws IOException {
        Session joined = login.session();
        ConnectionParameters agreed = login.login().connection();
        pdu.agree(agreed);
        liveness.heard();
        log.info(
                "iSCSI client {} at {} logged in to {}",
                joined.name().initiator(),
                remote,
                joined.target() == null ? "discovery" : joined.name().target());
        try (Workers workers = EstablishedConnection.workers(joined, host.limits())) {
            EstablishedConnection serving =
                    new EstablishedConnection(
                            host,
                            joined,
                            this,
                            pdu,
                            services(joined, agreed, login.nextStatSn(), workers),
                            (InetSocketAddress) channel.getLocalAddress());
            established = serving;
            try {
                serving.run();
            } finally {
                established = null;
            }
        }
        log.info("iSCSI client {} at {} is gone", joined.name().initiator(), remote);
    }

    private ConnectionServices services(
            Session joined, ConnectionParameters agreed, int nextStatSn, Workers workers) {
        return new ConnectionServices(
                host.limits(),
                host.pool(),
                joined.memory(),
                joined.window(),
                replies,
                new Responses(replies, joined.window(), agreed, nextStatSn),
                new TransferTags(),
                workers,
                joined.traffic(),
                this::abort);
    }

    private void leaveSession() {
        Session joined = session;
        if (joined != null) {
            host.sessions().leave(joined, this);
        }
    }
}

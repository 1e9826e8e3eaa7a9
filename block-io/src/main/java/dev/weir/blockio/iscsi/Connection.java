package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.scsi.Nexus;
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
 * One connection, from being accepted to being closed; {@link #run} is the body of its thread. The
 * other methods may be called from any thread.
 */
final class Connection implements Runnable, Session.Member, FullFeature.Host {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** What a connection needs of the server it belongs to. */
    interface Host {

        IscsiTargetDirectory directory();

        IscsiAccess discovery();

        List<SendTargets.Portal> portals();

        IscsiLimits limits();

        BufferPool pool();

        MemoryBudget budget();

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
    private final Deadline deadline = new Deadline();
    private final ReplyQueue replies;
    private final TransferTags tags = new TransferTags();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Liveness liveness;
    private volatile int connectionId;
    private volatile @Nullable Session session;
    private volatile @Nullable ScsiCommands commands;
    private volatile @Nullable Responses responses;

    Connection(Host host, SocketChannel channel, int portalGroupTag) throws IOException {
        this.host = host;
        this.channel = channel;
        this.portalGroupTag = portalGroupTag;
        this.remote = String.valueOf(channel.getRemoteAddress());
        long replyTimeoutNanos = host.limits().replyTimeout().toNanos();
        this.replies = new ReplyQueue(channel, deadline, replyTimeoutNanos, host.pool());
        this.liveness =
                new Liveness(
                        host.limits().idleInterval().toNanos(),
                        host.limits().idleTimeout().toNanos());
        deadline.in(host.limits().loginTimeout().toNanos());
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
        tell(out -> out.async(AsyncEvent.LOGOUT_REQUESTED, 0, 0, seconds));
    }

    @Override
    public void awaitEnd(long timeoutNanos) throws InterruptedException {
        if (!ended.await(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS)) {
            log.warn("iSCSI client {} did not end in time", remote);
            abort();
        }
    }

    @Override
    public boolean closeConnection(int otherId) {
        Session own = session;
        Session.Member other = own == null ? null : own.member(otherId);
        if (other == null) {
            return false;
        }
        other.stop();
        return true;
    }

    @Override
    public void closeSession() {
        Session own = session;
        if (own != null) {
            own.members().stream().filter(member -> member != this).forEach(Session.Member::abort);
        }
    }

    @Override
    public void closeTarget() {
        Session own = session;
        if (own == null) {
            return;
        }
        for (Session other : host.sessions().of(own.name().target())) {
            if (other != own) {
                other.abort();
            }
        }
        closeSession();
    }

    /** Whether this connection has logged in. */
    boolean isEstablished() {
        return responses != null;
    }

    /** Ends the connection if the client keeps it waiting for too long, and pings a silent one. */
    void enforceTimeouts() {
        if (!channel.isOpen()) {
            return;
        }
        if (deadline.passed()) {
            log.warn("iSCSI client {} kept the server waiting for too long", remote);
            abort();
            return;
        }
        if (responses == null) {
            return;
        }
        long now = System.nanoTime();
        switch (liveness.at(now)) {
            case ALIVE -> {}
            case SILENT -> tell(out -> out.ping(tags.take()));
            case DEAD -> {
                log.warn("iSCSI client {} does not answer", remote);
                abort();
            }
        }
        ScsiCommands served = commands;
        // Who is busy does not wait for data; it will be looked at the next time.
        if (served != null && liveness.isListening() && replies.tryStartBatch()) {
            boolean overdue;
            try {
                overdue = served.isOverdue(now);
            } finally {
                replies.pauseBatch();
            }
            if (overdue) {
                log.warn("iSCSI client {} did not send the data it was asked for", remote);
                abort();
            }
        }
    }

    /** Sends something that the initiator did not ask for. */
    private void tell(Message message) {
        Responses out = responses;
        if (out != null) {
            host.errands().execute(() -> send(out, message));
        }
    }

    @FunctionalInterface
    private interface Message {
        void write(Responses out) throws IOException;
    }

    private void send(Responses out, Message message) {
        try {
            replies.startBatch();
            try {
                message.write(out);
            } finally {
                replies.leaveBatch();
            }
        } catch (IOException _) {
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
        Optional<LoginExchange.Established> established;
        replies.startBatch();
        try {
            established = logIn(pdu);
        } finally {
            replies.endBatch();
        }
        if (established.isPresent()) {
            deadline.none();
            serve(pdu, established.get());
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

    private void serve(PduReader pdu, LoginExchange.Established established) throws IOException {
        Session joined = established.session();
        ConnectionParameters agreed = established.login().connection();
        IscsiLimits limits = host.limits();
        pdu.agree(agreed);
        Responses out = new Responses(replies, joined.window(), agreed, established.nextStatSn());
        liveness.heard();
        log.info(
                "iSCSI client {} at {} logged in to {}",
                joined.name().initiator(),
                remote,
                joined.target() == null ? "discovery" : joined.name().target());
        int maxCommands = limits.commandsPerSession() + limits.immediateCommands();
        try (Workers workers =
                new Workers(
                        "iscsi-" + joined.tsih(),
                        limits.workersPerConnection(),
                        maxCommands,
                        Long.MAX_VALUE)) {
            ConnectionServices services =
                    new ConnectionServices(
                            limits,
                            host.pool(),
                            host.budget(),
                            joined.window(),
                            replies,
                            out,
                            tags,
                            workers,
                            joined.traffic(),
                            this::abort);
            serve(pdu, services, joined);
        }
        log.info("iSCSI client {} at {} is gone", joined.name().initiator(), remote);
    }

    private void serve(PduReader pdu, ConnectionServices services, Session joined)
            throws IOException {
        IscsiTarget target = joined.target();
        Nexus nexus = joined.nexus();
        TextExchange text =
                new TextExchange(
                        services.responses(),
                        tags,
                        new SendTargets(
                                host.directory(),
                                host.portals(),
                                joined.name().initiator(),
                                target,
                                (InetSocketAddress) channel.getLocalAddress()),
                        host.limits());
        if (target == null || nexus == null) {
            responses = services.responses();
            run(new FullFeature(pdu, services, text, null, null, connectionId, this));
            return;
        }
        Execution execution = new Execution(services, joined.parameters(), nexus);
        ScsiCommands served = new ScsiCommands(services, joined.parameters(), execution);
        TaskManagementRequests management =
                new TaskManagementRequests(
                        served,
                        joined.window(),
                        services.responses(),
                        nexus,
                        target.scsi(),
                        services::quiesce);
        FullFeature phase =
                new FullFeature(pdu, services, text, served, management, connectionId, this);
        commands = served;
        responses = services.responses();
        try {
            run(phase);
            // The client left in good order, or was told to: what it began is finished.
            services.workers().awaitIdle();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            commands = null;
            responses = null;
            execution.shutDown(served);
        }
    }

    private void run(FullFeature phase) throws IOException {
        replies.startBatch();
        try {
            phase.run();
        } finally {
            replies.endBatch();
        }
    }

    private void leaveSession() {
        Session joined = session;
        if (joined != null) {
            host.sessions().leave(joined, this);
        }
    }
}

package dev.weir.blockio.iscsi;

import dev.weir.blockio.scsi.Nexus;
import dev.weir.blockio.wire.Workers;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a connection when its login is through: the parts that serve it, put together for
 * the session that it takes part in. {@link #run} is called by the connection's thread; the other
 * methods may be called from any thread.
 */
final class EstablishedConnection implements FullFeature.Host {
    private final Connection.Host host;
    private final Session session;
    private final ConnectionServices services;
    private final FullFeature phase;
    private final @Nullable Execution execution;
    private final @Nullable ScsiCommands commands;
    private final Session.Member self;

    /**
     * Puts it together.
     *
     * @param self as which it takes part in the session
     * @param local the address at which the initiator reached the target
     */
    EstablishedConnection(
            Connection.Host host,
            Session session,
            Session.Member self,
            PduReader pdu,
            ConnectionServices services,
            InetSocketAddress local) {
        this.host = host;
        this.session = session;
        this.self = self;
        this.services = services;
        IscsiTarget target = session.target();
        Nexus nexus = session.nexus();
        TextExchange text =
                new TextExchange(
                        services.responses(),
                        services.tags(),
                        new SendTargets(
                                host.directory(),
                                host.portals(),
                                session.name().initiator(),
                                target,
                                local),
                        host.limits());
        TaskManagementRequests management = null;
        if (target == null || nexus == null) {
            execution = null;
            commands = null;
        } else {
            execution = new Execution(services, session.parameters(), nexus);
            commands = new ScsiCommands(services, session.parameters(), execution);
            management =
                    new TaskManagementRequests(
                            commands,
                            session.window(),
                            services.responses(),
                            nexus,
                            target.scsi(),
                            services::quiesce);
        }
        phase =
                new FullFeature(
                        pdu, services, text, commands, management, self.connectionId(), this);
    }

    /** Serves until the initiator leaves. */
    void run() throws IOException {
        try {
            serve();
            // The client left in good order, or was told to: what it began is finished.
            services.workers().awaitIdle();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (execution != null && commands != null) {
                execution.shutDown(commands);
            }
        }
    }

    private void serve() throws IOException {
        services.replies().startBatch();
        try {
            phase.run();
        } finally {
            services.replies().endBatch();
        }
    }

    /** Whether the initiator owes data for too long. Who is busy is asked the next time. */
    boolean isOverdue(long nanoTime) {
        if (commands == null || !services.replies().tryStartBatch()) {
            return false;
        }
        try {
            return commands.isOverdue(nanoTime);
        } finally {
            services.replies().pauseBatch();
        }
    }

    void ping() {
        tell(out -> out.ping(services.tags().take()));
    }

    void requestLogout(int seconds) {
        tell(out -> out.async(AsyncEvent.LOGOUT_REQUESTED, 0, 0, seconds));
    }

    @Override
    public boolean closeConnection(int otherId) {
        Session.Member other = session.member(otherId);
        if (other == null) {
            return false;
        }
        other.stop();
        return true;
    }

    @Override
    public void closeSession() {
        session.members().stream()
                .filter(member -> !member.equals(self))
                .forEach(Session.Member::abort);
    }

    @Override
    public void closeTarget() {
        for (Session other : host.sessions().of(session.name().target())) {
            if (other != session) {
                other.abort();
            }
        }
        closeSession();
    }

    @FunctionalInterface
    private interface Message {
        void write(Responses out) throws IOException;
    }

    /** Sends something that the initiator did not ask for. */
    private void tell(Message message) {
        host.errands().execute(() -> send(message));
    }

    private void send(Message message) {
        try {
            services.replies().startBatch();
            try {
                message.write(services.responses());
            } finally {
                services.replies().leaveBatch();
            }
        } catch (IOException _) {
            self.abort();
        }
    }

    /** The threads of one connection; the command window bounds what they get to do. */
    static Workers workers(Session session, IscsiLimits limits) {
        return new Workers(
                "iscsi-" + session.tsih(),
                limits.workersPerConnection(),
                Integer.MAX_VALUE,
                Long.MAX_VALUE);
    }
}

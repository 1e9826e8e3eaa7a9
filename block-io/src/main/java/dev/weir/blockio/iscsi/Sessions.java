package dev.weir.blockio.iscsi;

import dev.weir.blockio.scsi.InitiatorPort;
import dev.weir.blockio.scsi.Nexus;
import dev.weir.blockio.scsi.TargetPort;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of a server. Thread-safe; its lock is held only briefly. */
final class Sessions {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    private static final int MAX_TSIH = 0xffff;

    private final IscsiLimits limits;
    private final IscsiTargetDirectory directory;
    private final MemoryBudget budget;
    private final Clock clock;
    private final Map<SessionName, Session> byName = new HashMap<>();
    private final Map<Integer, Session> byTsih = new HashMap<>();
    private int lastTsih;

    Sessions(IscsiLimits limits, IscsiTargetDirectory directory, MemoryBudget budget, Clock clock) {
        this.limits = limits;
        this.directory = directory;
        this.budget = budget;
        this.clock = clock;
    }

    /** Whether a login may become a session, or a part of one. */
    sealed interface Admission {
        record Admitted(Session session) implements Admission {}

        record Refused(LoginStatus status, String reason) implements Admission {}
    }

    /** Finds the session that a further connection wants to join. */
    synchronized Optional<Session> find(SessionName name, int tsih) {
        return Optional.ofNullable(byTsih.get(tsih)).filter(s -> s.name().equals(name));
    }

    /** Begins or joins a session. Waits for one of the same name to end (RFC 7143 6.3.5). */
    Admission admit(Login login, Session.Member connection) throws InterruptedException {
        if (login.tsih() != 0) {
            return join(login, connection);
        }
        long end = System.nanoTime() + limits.loginTimeout().toNanos();
        while (true) {
            Session former;
            synchronized (this) {
                former = byName.get(login.name());
                if (former == null) {
                    return begin(login, connection);
                }
            }
            log.info("{} logs in again; its former session ends", login.name().initiator());
            former.abort();
            if (!former.awaitEnd(end - System.nanoTime())) {
                return new Admission.Refused(
                        LoginStatus.SERVICE_UNAVAILABLE, "the former session does not end");
            }
        }
    }

    /** A connection has ended; with the last one its session does. */
    void leave(Session session, Session.Member connection) {
        if (!session.leave(connection)) {
            return;
        }
        try {
            session.detach();
        } finally {
            synchronized (this) {
                byName.remove(session.name(), session);
                byTsih.remove(session.tsih(), session);
            }
            session.ended();
        }
    }

    synchronized List<Session> all() {
        return List.copyOf(byTsih.values());
    }

    List<Session> of(String targetName) {
        return all().stream().filter(s -> s.name().target().equals(targetName)).toList();
    }

    private Admission join(Login login, Session.Member connection) throws InterruptedException {
        Optional<Session> found = find(login.name(), login.tsih());
        Session.Admission admission =
                found.isEmpty()
                        ? Session.Admission.OVER
                        : found.get().join(connection, limits.loginTimeout().toNanos());
        return switch (admission) {
            case ADMITTED -> new Admission.Admitted(found.orElseThrow());
            case TOO_MANY ->
                    new Admission.Refused(LoginStatus.TOO_MANY_CONNECTIONS, "too many connections");
            case OVER ->
                    new Admission.Refused(
                            LoginStatus.SESSION_DOES_NOT_EXIST, "the session is over");
        };
    }

    private Admission begin(Login login, Session.Member connection) throws InterruptedException {
        IscsiTarget target = login.target();
        if (byName.size() >= limits.maxSessions()) {
            return new Admission.Refused(LoginStatus.OUT_OF_RESOURCES, "too many sessions");
        }
        if (target != null) {
            long others = byName.keySet().stream().filter(n -> isOf(n, target)).count();
            if (others >= target.access().maxSessions()) {
                return new Admission.Refused(
                        LoginStatus.OUT_OF_RESOURCES, "too many sessions of the target");
            }
            // Asked again under the lock: a target that goes away is taken out of the directory
            // first, and then finds all sessions that it still had.
            if (directory.find(target.name()).isEmpty()) {
                return new Admission.Refused(LoginStatus.NOT_FOUND, "the target has gone");
            }
        }
        Session session =
                new Session(
                        login,
                        nextTsih(),
                        target == null ? null : attach(login.name(), target),
                        limits.commandsPerSession(),
                        budget.share(),
                        clock.instant());
        byName.put(session.name(), session);
        byTsih.put(session.tsih(), session);
        session.join(connection, 0);
        return new Admission.Admitted(session);
    }

    private static Nexus attach(SessionName name, IscsiTarget target) {
        List<TargetPort> ports = target.scsi().config().ports();
        @Nullable TargetPort own = null;
        for (TargetPort port : ports) {
            if (port.portalGroupTag() == name.portalGroupTag()) {
                own = port;
                break;
            }
        }
        return target.scsi()
                .attach(
                        new InitiatorPort(name.initiator(), name.isid()),
                        own == null ? ports.getFirst() : own);
    }

    private static boolean isOf(SessionName name, IscsiTarget target) {
        return name.target().equals(target.name());
    }

    private int nextTsih() {
        do {
            lastTsih = lastTsih % MAX_TSIH + 1;
        } while (byTsih.containsKey(lastTsih));
        return lastTsih;
    }
}

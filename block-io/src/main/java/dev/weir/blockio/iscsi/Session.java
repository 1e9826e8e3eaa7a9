package dev.weir.blockio.iscsi;

import dev.weir.blockio.scsi.Nexus;
import dev.weir.blockio.wire.Traffic;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session: an initiator attached to a target, or asking which there are, over one connection or
 * several. Ends with its last connection, and then leaves the nexus. Thread-safe.
 */
final class Session {

    /** A connection as its session sees it. */
    interface Member {

        int connectionId();

        String remoteAddress();

        /** Ends the connection at once. */
        void abort();

        /** Asks the initiator to log out, and says by when. */
        void requestLogout(int seconds);

        /** Takes no more commands; those in flight are finished and answered. */
        void stop();

        void awaitEnd(long timeoutNanos) throws InterruptedException;
    }

    private final Login login;
    private final int tsih;
    private final @Nullable Nexus nexus;
    private final CommandWindow window;
    private final MemoryBudget.Share memory;
    private final Instant since;
    private final Traffic traffic = new Traffic();
    private final Map<Integer, Member> members = new HashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean over;

    /**
     * @param login that began the session
     * @param nexus null for discovery
     * @param memory what data of its commands may take
     */
    Session(
            Login login,
            int tsih,
            @Nullable Nexus nexus,
            int windowSize,
            MemoryBudget.Share memory,
            Instant since) {
        this.login = login;
        this.tsih = tsih;
        this.nexus = nexus;
        this.window = new CommandWindow(login.cmdSn(), windowSize);
        this.memory = memory;
        this.since = since;
    }

    SessionName name() {
        return login.name();
    }

    int tsih() {
        return tsih;
    }

    @Nullable IscsiTarget target() {
        return login.target();
    }

    @Nullable Nexus nexus() {
        return nexus;
    }

    SessionParameters parameters() {
        return login.session();
    }

    CommandWindow window() {
        return window;
    }

    MemoryBudget.Share memory() {
        return memory;
    }

    Traffic traffic() {
        return traffic;
    }

    /** What becomes of a connection that wants to take part. */
    enum Admission {
        ADMITTED,
        TOO_MANY,
        OVER
    }

    /**
     * Lets a connection take part. One of the same number is ended first: the initiator lost it
     * (RFC 7143 6.3.4).
     */
    Admission join(Member connection, long timeoutNanos) throws InterruptedException {
        Member former;
        synchronized (this) {
            if (over) {
                return Admission.OVER;
            }
            former = members.get(connection.connectionId());
            if (former == null && members.size() >= login.session().maxConnections()) {
                return Admission.TOO_MANY;
            }
            members.put(connection.connectionId(), connection);
        }
        if (former != null) {
            former.abort();
            former.awaitEnd(timeoutNanos);
        }
        return Admission.ADMITTED;
    }

    /**
     * A connection has ended.
     *
     * @return whether it was the last one, and the session is over
     */
    synchronized boolean leave(Member connection) {
        members.remove(connection.connectionId(), connection);
        over |= members.isEmpty();
        return over && members.isEmpty();
    }

    /** Detaches from the target, when no command runs any more. */
    void detach() {
        window.close();
        if (nexus != null) {
            nexus.close();
        }
    }

    /** Everything of the session is gone. */
    void ended() {
        ended.countDown();
    }

    /** Ends all connections at once. */
    void abort() {
        window.close();
        members().forEach(Member::abort);
    }

    synchronized List<Member> members() {
        return List.copyOf(members.values());
    }

    /** Another member by its number; null if there is none. */
    synchronized @Nullable Member member(int connectionId) {
        return members.get(connectionId);
    }

    boolean awaitEnd(long timeoutNanos) throws InterruptedException {
        return ended.await(timeoutNanos, TimeUnit.NANOSECONDS);
    }

    IscsiClient client() {
        return new IscsiClient(
                name().initiator(),
                login.alias(),
                name().isid(),
                name().target(),
                tsih,
                members().stream().map(Member::remoteAddress).toList(),
                since,
                traffic.requests(),
                traffic.bytesRead(),
                traffic.bytesWritten());
    }
}

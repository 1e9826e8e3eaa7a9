package dev.weir.blockio.nbd;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.Acceptor;
import dev.weir.blockio.wire.Deadline;
import dev.weir.blockio.wire.ProtocolViolation;
import dev.weir.blockio.wire.ReceiveBuffer;
import dev.weir.blockio.wire.ReplyBuffer;
import dev.weir.blockio.wire.ReplyQueue;
import dev.weir.blockio.wire.Traffic;
import dev.weir.blockio.wire.Workers;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client, from being accepted to being closed; {@link #run} is the body of its thread. The
 * other methods may be called from any thread.
 */
final class Connection implements Acceptor.Client, Handshake.Exports {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** What a connection needs of the server it belongs to. */
    interface Host {

        NbdExportDirectory exports();

        NbdLimits limits();

        BufferPool pool();

        /** Changes with each export that goes away. */
        long departures();

        void ended(Connection connection);
    }

    private final Host host;
    private final SocketChannel channel;
    private final SocketAddress remote;
    private final Instant connectedAt;
    private final Deadline deadline = new Deadline();
    private final Traffic traffic = new Traffic();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable NbdExport export;
    private volatile boolean stopping;

    Connection(Host host, SocketChannel channel, SocketAddress remote, Instant connectedAt) {
        this.host = host;
        this.channel = channel;
        this.remote = remote;
        this.connectedAt = connectedAt;
    }

    @Override
    public void run() {
        try (channel;
                ReceiveBuffer in = new ReceiveBuffer(channel, host.pool())) {
            serve(in);
            channel.shutdownOutput();
        } catch (ProtocolViolation e) {
            log.warn("Dropping NBD client {}: {}", remote, e.getMessage());
        } catch (IOException e) {
            log.info("Lost NBD client {}: {}", remote, e.toString());
        } catch (RuntimeException | Error e) {
            log.error("Dropping NBD client {}", remote, e);
        } finally {
            host.ended(this);
            ended.countDown();
        }
    }

    /** The client as it is now, if it is attached to an export. */
    Optional<NbdClient> client() {
        NbdExport attached = export;
        return attached != null
                ? Optional.of(
                        new NbdClient(
                                attached.name(),
                                remote,
                                connectedAt,
                                traffic.requests(),
                                traffic.bytesRead(),
                                traffic.bytesWritten()))
                : Optional.empty();
    }

    boolean uses(String exportName) {
        NbdExport attached = export;
        return attached != null && attached.name().equals(exportName);
    }

    /** Takes no more requests; those in flight are finished and answered. */
    @Override
    public void stop() {
        stopping = true;
        try {
            channel.shutdownInput();
        } catch (IOException _) {
            abort();
        }
    }

    /** Waits for the connection to end by itself, and ends it by force if it takes too long. */
    void awaitEnd(long timeoutNanos) throws InterruptedException {
        if (!ended.await(timeoutNanos, TimeUnit.NANOSECONDS)) {
            log.warn("NBD client {} did not end in time", remote);
            abort();
        }
    }

    /** Ends the connection at once if the client has kept it waiting for too long. */
    void enforceDeadline() {
        if (deadline.passed() && channel.isOpen()) {
            log.warn("NBD client {} kept the server waiting for too long", remote);
            abort();
        }
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
    public Optional<NbdExport> find(String name) {
        return host.exports().find(name);
    }

    @Override
    public Iterable<NbdExport> list() {
        return host.exports().list();
    }

    /**
     * {@inheritDoc}
     *
     * <p>An export that goes away meanwhile is not attached: either the second look does not find
     * it any more, or its departure finds this connection among its users.
     */
    @Override
    public Optional<NbdExport> attach(String name) {
        while (true) {
            long departures = host.departures();
            Optional<NbdExport> found = host.exports().find(name);
            export = found.orElse(null);
            if (departures == host.departures()) {
                return found;
            }
        }
    }

    private void serve(ReceiveBuffer in) throws IOException {
        deadline.in(host.limits().handshakeTimeout().toNanos());
        switch (shakeHands(in)) {
            case Handshake.Outcome.Left _ -> log.debug("NBD client {} left", remote);
            case Handshake.Outcome.Attached attached -> {
                deadline.none();
                transmit(attached, in);
            }
        }
    }

    private Handshake.Outcome shakeHands(ReceiveBuffer in) throws IOException {
        ReplyBuffer out = new ReplyBuffer(host.pool(), BufferPool.LARGE_BYTES, this::write);
        try {
            return new Handshake(in, out, this, host.limits()).run();
        } finally {
            out.release();
        }
    }

    private void transmit(Handshake.Outcome.Attached attached, ReceiveBuffer in)
            throws IOException {
        String name = attached.export().name();
        NbdLimits limits = host.limits();
        long replyTimeoutNanos = limits.replyTimeout().toNanos();
        ReplyQueue replies = new ReplyQueue(channel, deadline, replyTimeoutNanos, host.pool());
        ExportCommands.Session session =
                new ExportCommands.Session(
                        attached.export(),
                        attached.structuredReplies(),
                        attached.allocationContext(),
                        limits.maxRequestBytes(),
                        traffic);
        log.info("NBD client {} attached to {}", remote, name);
        try (Workers workers = limits.workers("nbd-" + name)) {
            SlowRequests slow =
                    new SlowRequests(session, replies, workers, host.pool(), this::abort);
            new Transmission(session, in, replies, slow, () -> stopping).run();
        }
        log.info("NBD client {} detached from {}", remote, name);
    }

    private void write(ByteBuffer contents) throws IOException {
        while (contents.hasRemaining()) {
            channel.write(contents);
        }
    }
}

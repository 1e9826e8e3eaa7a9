package dev.weir.blockio.wire;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one port: a thread of its own accepts clients, and each client gets one too. Refuses
 * clients beyond what the server takes.
 */
public final class Acceptor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

    private static final int BACKLOG = 128;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String protocol;
    private final ServerSocketChannel listener;
    private final InetSocketAddress address;
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean closed;

    /** One client; its thread runs it until it is gone. */
    public interface Client extends Runnable {

        /** Ends it in good order. */
        void stop();

        /** Ends it at once. */
        void abort();
    }

    /** The server whose clients these are. */
    public interface Host<C extends Client> {

        /** Whether one client more is too many. */
        boolean isFull();

        /** Takes notice of a client, before its thread starts. */
        C welcome(SocketChannel channel) throws IOException;

        /** Forgets a client whose thread could not start. */
        void ended(C client);
    }

    private Acceptor(String protocol, ServerSocketChannel listener) throws IOException {
        this.protocol = protocol;
        this.listener = listener;
        this.address = (InetSocketAddress) listener.getLocalAddress();
    }

    /**
     * Binds the port; port 0 takes any free one.
     *
     * @param protocol for messages and the names of threads
     */
    public static Acceptor bind(String protocol, InetAddress bindAddress, int port)
            throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(bindAddress, port), BACKLOG);
            return new Acceptor(protocol, listener);
        } catch (BindException e) {
            listener.close();
            BindException clear =
                    new BindException(
                            "cannot listen for %s on %s port %d: %s"
                                    .formatted(
                                            protocol,
                                            bindAddress.getHostAddress(),
                                            port,
                                            e.getMessage()));
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

    /** Starts to accept clients. */
    public <C extends Client> void start(Host<C> host) {
        Thread.ofPlatform()
                .daemon()
                .name(protocol + "-accept-" + address.getPort())
                .start(() -> accept(host));
    }

    /** Stops accepting; clients stay. */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            log.warn("Closing the {} port {} failed", protocol, address, e);
        }
    }

    private <C extends Client> void accept(Host<C> host) {
        while (!closed) {
            try {
                welcome(listener.accept(), host);
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                log.error("Accepting a client of {} failed", protocol, e);
                // Out of file descriptors, most likely: trying again at once would not help.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private <C extends Client> void welcome(SocketChannel channel, Host<C> host)
            throws IOException {
        try {
            if (host.isFull()) {
                log.warn(
                        "Refusing {} client {}: too many others",
                        protocol,
                        channel.getRemoteAddress());
                channel.close();
                return;
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            startThread(host.welcome(channel), host);
        } catch (IOException e) {
            log.info("Lost a client of {} before it was welcomed: {}", protocol, e.toString());
            channel.close();
        }
    }

    private <C extends Client> void startThread(C client, Host<C> host) {
        try {
            Thread.ofPlatform()
                    .daemon()
                    .name("%s-client-%d".formatted(protocol, accepted.incrementAndGet()))
                    .start(client);
        } catch (OutOfMemoryError e) {
            log.error("No thread for another client of {}", protocol, e);
            host.ended(client);
            client.abort();
        }
        if (closed) {
            client.stop();
        }
    }
}

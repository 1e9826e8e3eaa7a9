package dev.weir.blockio.nbd;

import dev.weir.blockio.wire.Workers;
import java.time.Duration;

/**
 * What one server, and each of its clients, may take.
 *
 * @param maxRequestBytes longest payload of one READ or WRITE; a power of two
 * @param maxConnections connections at a time; further ones are closed at once
 * @param handshakeTimeout from connecting to transmission
 * @param replyTimeout how long a client may leave the replies sent to it unread
 * @param maxOptions options in one handshake; more drop the connection
 * @param maxBufferedBytes memory for requests of one connection that wait for a device; more leaves
 *     requests unread in the socket
 * @param maxRequestsInFlight requests of one connection that wait for a device, likewise
 * @param workersPerConnection threads that wait for a device on behalf of one connection; they
 *     exist only while there is work for them
 * @param drainTimeout how long a closing server, or an export that goes away, waits for requests in
 *     flight
 */
public record NbdLimits(
        int maxRequestBytes,
        int maxConnections,
        Duration handshakeTimeout,
        Duration replyTimeout,
        int maxOptions,
        long maxBufferedBytes,
        int maxRequestsInFlight,
        int workersPerConnection,
        Duration drainTimeout) {

    private static final int SMALLEST_MAX_REQUEST_BYTES = 64 << 10;
    private static final int LARGEST_MAX_REQUEST_BYTES = 64 << 20;

    public NbdLimits {
        if (Integer.bitCount(maxRequestBytes) != 1
                || maxRequestBytes < SMALLEST_MAX_REQUEST_BYTES
                || maxRequestBytes > LARGEST_MAX_REQUEST_BYTES) {
            throw new IllegalArgumentException(
                    "largest request "
                            + maxRequestBytes
                            + " is not a power of two in 64 KiB..64 MiB");
        }
        requirePositive("connections", maxConnections);
        requirePositive("options", maxOptions);
        requirePositive("requests in flight", maxRequestsInFlight);
        requirePositive("workers", workersPerConnection);
        requirePositive("handshake timeout", handshakeTimeout.toNanos());
        requirePositive("reply timeout", replyTimeout.toNanos());
        requirePositive("drain timeout", drainTimeout.toNanos());
        if (maxBufferedBytes < maxRequestBytes) {
            throw new IllegalArgumentException("buffered bytes do not hold one largest request");
        }
    }

    public static NbdLimits defaults() {
        return new NbdLimits(
                32 << 20,
                1024,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                4096,
                64L << 20,
                128,
                16,
                Duration.ofSeconds(30));
    }

    Workers workers(String name) {
        return new Workers(name, workersPerConnection, maxRequestsInFlight, maxBufferedBytes);
    }

    private static void requirePositive(String what, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " " + value + " is not positive");
        }
    }
}

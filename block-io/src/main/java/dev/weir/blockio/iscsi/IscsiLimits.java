package dev.weir.blockio.iscsi;

import java.time.Duration;

/**
 * What one server, and each of its clients, may take.
 *
 * @param maxConnections connections at a time; further ones are closed at once
 * @param connectionsPerSession what is offered as MaxConnections
 * @param maxSessions sessions at a time, over all targets
 * @param loginTimeout from connecting to the full feature phase: a silent client holds a thread
 * @param maxLoginSteps login requests of one connection; a login needs about five
 * @param maxTextBytes of one negotiation, however many PDUs it comes in
 * @param commandsPerSession command window: how far MaxCmdSN is ahead of what is unanswered
 * @param immediateCommands commands of one connection outside that window at a time
 * @param maxDataSegmentBytes longest data segment in either direction: one PDU with it lies in a
 *     buffer of a connection in one piece
 * @param maxBurstBytes what is offered as MaxBurstLength
 * @param firstBurstBytes what is offered as FirstBurstLength: data that comes unasked takes memory
 *     unasked
 * @param maxOutstandingR2t what is offered as MaxOutstandingR2T
 * @param maxTransferBytes of one command; it is answered with an error beyond that
 * @param maxBufferedBytes memory for data of all commands of all clients: R2Ts wait for it, and
 *     what comes unasked without it is answered BUSY
 * @param maxBufferedBytesPerSession what one session may have of that: an eighth is as much as
 *     keeps 32 commands of 1 MiB going, and leaves the rest to the others
 * @param dataOutTimeout from asking for data to having it; later the connection is cut, because it
 *     holds memory that others wait for
 * @param commandGapTimeout how long a command waits for those with a lower CmdSN on other
 *     connections
 * @param idleInterval after this long without a PDU the target sends a NOP-In
 * @param idleTimeout how long it waits then
 * @param replyTimeout how long a client may leave the replies sent to it unread
 * @param workersPerConnection threads that wait for a device on behalf of one connection; they
 *     exist only while there is work for them
 * @param maxRejects PDUs of one connection that are refused before it is cut
 * @param logoutTime what clients get to log out when their target goes away
 * @param drainTimeout how long a closing server, or a target that goes away, waits for commands in
 *     flight
 */
public record IscsiLimits(
        int maxConnections,
        int connectionsPerSession,
        int maxSessions,
        Duration loginTimeout,
        int maxLoginSteps,
        int maxTextBytes,
        int commandsPerSession,
        int immediateCommands,
        int maxDataSegmentBytes,
        int maxBurstBytes,
        int firstBurstBytes,
        int maxOutstandingR2t,
        int maxTransferBytes,
        long maxBufferedBytes,
        long maxBufferedBytesPerSession,
        Duration dataOutTimeout,
        Duration commandGapTimeout,
        Duration idleInterval,
        Duration idleTimeout,
        Duration replyTimeout,
        int workersPerConnection,
        int maxRejects,
        Duration logoutTime,
        Duration drainTimeout) {

    /** With headers and digests it must fit into the largest buffer that connections hold. */
    private static final int LARGEST_DATA_SEGMENT_BYTES = 256 << 10;

    private static final int SMALLEST_DATA_SEGMENT_BYTES = 8192;

    public IscsiLimits {
        requirePositive("connections", maxConnections);
        requirePositive("connections per session", connectionsPerSession);
        requirePositive("sessions", maxSessions);
        requirePositive("login steps", maxLoginSteps);
        requirePositive("text bytes", maxTextBytes);
        requirePositive("commands per session", commandsPerSession);
        requirePositive("immediate commands", immediateCommands);
        requirePositive("outstanding R2Ts", maxOutstandingR2t);
        requirePositive("transfer bytes", maxTransferBytes);
        requirePositive("workers", workersPerConnection);
        requirePositive("rejects", maxRejects);
        requirePositive("login timeout", loginTimeout.toNanos());
        requirePositive("data-out timeout", dataOutTimeout.toNanos());
        requirePositive("command gap timeout", commandGapTimeout.toNanos());
        requirePositive("idle interval", idleInterval.toNanos());
        requirePositive("idle timeout", idleTimeout.toNanos());
        requirePositive("reply timeout", replyTimeout.toNanos());
        requirePositive("drain timeout", drainTimeout.toNanos());
        if (maxDataSegmentBytes < SMALLEST_DATA_SEGMENT_BYTES
                || maxDataSegmentBytes > LARGEST_DATA_SEGMENT_BYTES
                || maxDataSegmentBytes % Bhs.WORD_BYTES != 0) {
            throw new IllegalArgumentException(
                    "data segment " + maxDataSegmentBytes + " is not in 8 KiB..256 KiB");
        }
        if (firstBurstBytes < 512 || firstBurstBytes > maxBurstBytes) {
            throw new IllegalArgumentException("first burst is not in 512..burst");
        }
        if (maxBufferedBytes < 2L * maxTransferBytes) {
            throw new IllegalArgumentException("buffered bytes do not hold two transfers");
        }
        if (maxBufferedBytesPerSession < maxTransferBytes
                || maxBufferedBytesPerSession > maxBufferedBytes) {
            throw new IllegalArgumentException(
                    "the share of a session is not between a transfer and all");
        }
    }

    public static IscsiLimits defaults() {
        return new IscsiLimits(
                4096,
                8,
                2048,
                Duration.ofSeconds(15),
                64,
                64 << 10,
                128,
                32,
                256 << 10,
                1 << 20,
                64 << 10,
                4,
                8 << 20,
                256L << 20,
                32L << 20,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                8,
                64,
                Duration.ofSeconds(3),
                Duration.ofSeconds(30));
    }

    private static void requirePositive(String what, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " " + value + " is not positive");
        }
    }
}

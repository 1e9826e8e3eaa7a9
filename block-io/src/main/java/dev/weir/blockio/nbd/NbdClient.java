package dev.weir.blockio.nbd;

import java.net.SocketAddress;
import java.time.Instant;

/**
 * A client attached to an export, as of the moment it was asked for.
 *
 * @param connectedAt when its connection was accepted
 * @param requests answered so far, errors included
 * @param bytesRead sent to it as data, holes included
 * @param bytesWritten taken from it
 */
public record NbdClient(
        String exportName,
        SocketAddress remoteAddress,
        Instant connectedAt,
        long requests,
        long bytesRead,
        long bytesWritten) {}

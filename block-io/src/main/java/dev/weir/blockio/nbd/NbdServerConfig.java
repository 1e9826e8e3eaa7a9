package dev.weir.blockio.nbd;

import java.net.InetAddress;

/**
 * Where an {@link NbdServer} listens.
 *
 * @param port TCP port; 0 takes any free one
 */
public record NbdServerConfig(InetAddress bindAddress, int port, NbdLimits limits) {

    /** Registered for NBD with IANA. */
    public static final int DEFAULT_PORT = 10809;

    public NbdServerConfig {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
    }
}

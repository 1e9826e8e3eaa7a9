package dev.weir.blockio.iscsi;

import java.net.InetAddress;
import java.util.Optional;

/**
 * An address to listen on.
 *
 * @param port TCP port; 0 takes any free one
 * @param portalGroupTag portals with one tag can share a session (RFC 7143 4.4.1)
 * @param advertised what discovery tells clients instead of the address that they connected to:
 *     behind a NAT, or in a container; {@code host:port}, {@code host} or {@code [v6]:port}
 */
public record IscsiPortal(
        InetAddress bindAddress, int port, int portalGroupTag, Optional<String> advertised) {

    /** Registered for iSCSI with IANA. */
    public static final int DEFAULT_PORT = 3260;

    private static final int MAX_ADVERTISED_CHARS = 255;

    public IscsiPortal {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
        if (portalGroupTag < 0 || portalGroupTag > 65535) {
            throw new IllegalArgumentException(
                    "portal group " + portalGroupTag + " is not between 0 and 65535");
        }
        if (advertised.isPresent() && !isAddress(advertised.get())) {
            throw new IllegalArgumentException("cannot advertise " + advertised.get());
        }
    }

    /** In portal group 1, with the address as clients see it. */
    public static IscsiPortal of(InetAddress bindAddress, int port) {
        return new IscsiPortal(bindAddress, port, 1, Optional.empty());
    }

    /** What clients are told instead of where they connected to, with a port in any case. */
    public Optional<String> advertisedAddress(int boundPort) {
        return advertised.map(address -> hasPort(address) ? address : address + ':' + boundPort);
    }

    private static boolean hasPort(String address) {
        return address.startsWith("[") ? address.contains("]:") : address.indexOf(':') >= 0;
    }

    private static boolean isAddress(String text) {
        boolean bareV6 = !text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':');
        return !text.isEmpty()
                && !bareV6
                && text.length() <= MAX_ADVERTISED_CHARS
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ',' && c != '=');
    }
}

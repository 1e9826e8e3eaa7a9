package dev.weir.controller.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address that iSCSI listens on. Written {@code ADDR[:PORT][,ADVERTISED[:PORT]]}, with brackets
 * around an IPv6 address.
 *
 * @param host the address as it was given, without brackets
 * @param port 0 for any free one
 * @param advertised what clients are told instead, {@code host[:port]}
 */
public record PortalAddress(
        String host, InetAddress address, int port, Optional<String> advertised) {

    /** Registered for iSCSI with IANA. */
    private static final int DEFAULT_PORT = 3260;

    private static final int MAX_PORT = 65535;
    private static final Pattern AUTHORITY =
            Pattern.compile(
                    "(?:([A-Za-z0-9.-]+)|\\[([0-9A-Fa-f:.]+(?:%\\w+)?)])(?::([0-9]{1,5}))?");

    static PortalAddress parse(String text) throws StartupException {
        int comma = text.indexOf(',');
        var listening = AUTHORITY.matcher(comma < 0 ? text : text.substring(0, comma));
        var advertised =
                comma < 0 ? Optional.<String>empty() : Optional.of(text.substring(comma + 1));
        if (!listening.matches() || !advertised.map(PortalAddress::canBeAdvertised).orElse(true)) {
            throw invalid(text, "is not ADDR[:PORT][,ADVERTISED[:PORT]]");
        }
        var host = listening.group(1) == null ? listening.group(2) : listening.group(1);
        var port = listening.group(3) == null ? DEFAULT_PORT : Integer.parseInt(listening.group(3));
        if (port > MAX_PORT) {
            throw invalid(text, "has no port between 0 and " + MAX_PORT);
        }
        try {
            return new PortalAddress(host, InetAddress.getByName(host), port, advertised);
        } catch (UnknownHostException e) {
            throw invalid(text, "has no address to listen on");
        }
    }

    /** Whether clients can be told of it: {@code host}, {@code host:port} or with brackets. */
    static boolean canBeAdvertised(String text) {
        var authority = AUTHORITY.matcher(text);
        if (!authority.matches()) {
            return false;
        }
        int port = authority.group(3) == null ? DEFAULT_PORT : Integer.parseInt(authority.group(3));
        return port > 0 && port <= MAX_PORT;
    }

    /** Whether both would listen at one place; of free ports there are enough. */
    boolean collidesWith(PortalAddress other) {
        return port != 0 && port == other.port && address.equals(other.address);
    }

    private static StartupException invalid(String text, String what) {
        return new StartupException(
                ExitCode.WRONG_ARGUMENTS, "--weir.iscsi-portal=%s %s".formatted(text, what));
    }
}

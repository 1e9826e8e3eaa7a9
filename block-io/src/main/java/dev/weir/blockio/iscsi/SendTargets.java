package dev.weir.blockio.iscsi;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells one client which targets it may log in to, and where (RFC 7143 Appendix C).
 *
 * @param own the target of a normal session, which is told of no other; null in discovery
 * @param local where the client came in
 */
record SendTargets(
        IscsiTargetDirectory directory,
        List<Portal> portals,
        String initiator,
        @Nullable IscsiTarget own,
        InetSocketAddress local)
        implements TextExchange.Targets {

    private static final String ALL = "All";

    /** A portal with the port that it really has. */
    record Portal(IscsiPortal portal, InetSocketAddress bound) {}

    @Override
    public boolean describe(String wanted, ByteArrayOutputStream text) {
        IscsiTarget session = own;
        if (session != null) {
            // RFC 7143 keeps "All" for discovery; initiators that ask anyway learn what they know.
            if (wanted.isEmpty() || wanted.equals(ALL) || session.name().equals(wanted)) {
                append(session, text);
                return true;
            }
            return false;
        }
        if (wanted.equals(ALL)) {
            directory.list().stream()
                    .filter(target -> target.access().admits(initiator))
                    .forEach(target -> append(target, text));
            return true;
        }
        if (!IscsiName.isAcceptable(wanted) || !wanted.contains(".")) {
            return false;
        }
        directory
                .find(wanted.toLowerCase(Locale.ROOT))
                .filter(target -> target.access().admits(initiator))
                .ifPresent(target -> append(target, text));
        return true;
    }

    private void append(IscsiTarget target, ByteArrayOutputStream text) {
        TextKeys.write("TargetName", target.name(), text);
        for (Portal portal : portals) {
            String address = address(portal);
            if (address != null) {
                TextKeys.write(
                        "TargetAddress", address + ',' + portal.portal().portalGroupTag(), text);
            }
        }
    }

    /** Null where the client could not get. */
    private @Nullable String address(Portal portal) {
        int port = portal.bound().getPort();
        Optional<String> advertised = portal.portal().advertisedAddress(port);
        if (advertised.isPresent()) {
            return advertised.get();
        }
        InetAddress bound = portal.bound().getAddress();
        InetAddress reached = local.getAddress();
        if (bound.isAnyLocalAddress()) {
            return host(reached) + ':' + port;
        }
        return bound.isLoopbackAddress() && !reached.isLoopbackAddress()
                ? null
                : host(bound) + ':' + port;
    }

    private static String host(InetAddress address) {
        String text = address.getHostAddress();
        if (address instanceof Inet6Address) {
            int scope = text.indexOf('%');
            return '[' + (scope < 0 ? text : text.substring(0, scope)) + ']';
        }
        return text;
    }
}

package dev.weir.controller.export;

import dev.weir.db.ExportRow;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.springframework.stereotype.Component;

/** Where clients reach exports: the NBD URI of libnbd and QEMU. */
@Component
public class ExportUris {
    private final NbdEndpoint endpoint;

    ExportUris(NbdEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    public String uri(ExportRow export) {
        return "nbd://%s/%s".formatted(authority(endpoint.address()), export.name());
    }

    static String authority(InetSocketAddress address) {
        return "%s:%d".formatted(host(address.getAddress()), address.getPort());
    }

    /** A wildcard address is no place to connect to; the loopback one behind it is. */
    private static String host(InetAddress address) {
        if (address.isAnyLocalAddress()) {
            return "127.0.0.1";
        }
        return address instanceof Inet6Address
                ? "[" + address.getHostAddress() + "]"
                : address.getHostAddress();
    }
}

package dev.weir.controller.export;

import dev.weir.db.ExportRow;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.springframework.stereotype.Component;

/**
 * Where clients reach exports: the NBD URI of libnbd and QEMU, the iSCSI URL of libiscsi and QEMU.
 */
@Component
public class ExportUris {
    private final NbdEndpoint nbd;
    private final IscsiEndpoint iscsi;
    private final IscsiTargets targets;

    ExportUris(NbdEndpoint nbd, IscsiEndpoint iscsi, IscsiTargets targets) {
        this.nbd = nbd;
        this.iscsi = iscsi;
        this.targets = targets;
    }

    public String uri(ExportRow export) {
        return ExportPublication.isIscsi(export)
                ? "iscsi://%s/%s".formatted(portal(), targets.path(export.id()))
                : "nbd://%s/%s".formatted(authority(nbd.address()), export.name());
    }

    private String portal() {
        return iscsi.advertised().orElseGet(() -> authority(iscsi.address()));
    }

    /** Host and port, as a URI has them. */
    public static String authority(InetSocketAddress address) {
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

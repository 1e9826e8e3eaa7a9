package dev.weir.blockio.iscsi;

import java.net.InetAddress;
import java.util.List;

/**
 * Where an {@link IscsiServer} listens, and what it takes.
 *
 * @param discovery who may ask which targets there are; each is told those that admit it
 */
public record IscsiServerConfig(
        List<IscsiPortal> portals, IscsiAccess discovery, IscsiLimits limits) {

    public IscsiServerConfig {
        portals = List.copyOf(portals);
        if (portals.isEmpty()) {
            throw new IllegalArgumentException("no portal");
        }
    }

    /** One portal, discovery for all. */
    public static IscsiServerConfig of(InetAddress bindAddress, int port) {
        return new IscsiServerConfig(
                List.of(IscsiPortal.of(bindAddress, port)),
                IscsiAccess.open(),
                IscsiLimits.defaults());
    }
}

package dev.weir.controller.export;

import dev.weir.blockio.iscsi.IscsiAccess;
import dev.weir.blockio.iscsi.IscsiClient;
import dev.weir.blockio.iscsi.IscsiLimits;
import dev.weir.blockio.iscsi.IscsiPortal;
import dev.weir.blockio.iscsi.IscsiServer;
import dev.weir.blockio.iscsi.IscsiServerConfig;
import dev.weir.controller.settings.StartupException;
import dev.weir.controller.settings.WeirSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The iSCSI server of this process, from when it listens until it has drained. */
@Component
public class IscsiEndpoint {
    private final WeirSettings settings;
    private final IscsiTargets targets;

    private volatile @Nullable IscsiServer server;
    private volatile Optional<String> advertised = Optional.empty();

    IscsiEndpoint(WeirSettings settings, IscsiTargets targets) {
        this.settings = settings;
        this.targets = targets;
    }

    public void listen() throws StartupException {
        var portals =
                settings.portals().stream()
                        .map(portal ->
                                new IscsiPortal(
                                        portal.address(),
                                        portal.port(),
                                        IscsiTargets.PORTAL_GROUP,
                                        portal.advertised()))
                        .toList();
        try {
            server =
                    IscsiServer.start(
                            new IscsiServerConfig(
                                    portals, IscsiAccess.open(), IscsiLimits.defaults()),
                            targets);
            advertised = portals.getFirst().advertisedAddress(address().getPort());
        } catch (IOException e) {
            throw StartupException.cannotListen(settings.bind(), settings.iscsiPort(), "iscsi", e);
        }
    }

    /** Takes no more sessions, lets commands end, and logs initiators out. */
    public void close() {
        var running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    /** Of the first portal. */
    public InetSocketAddress address() {
        return addresses().getFirst();
    }

    /** Of every portal, with the port that it really has. */
    public List<InetSocketAddress> addresses() {
        return running().addresses();
    }

    /** What clients of the first portal are told to connect to, if that is not where it listens. */
    Optional<String> advertised() {
        return advertised;
    }

    /** Sessions now, those included that only ask for targets. */
    public List<IscsiClient> clients() {
        return running().clients();
    }

    void disconnect(String targetName) {
        var running = server;
        if (running != null) {
            running.disconnect(targetName);
        }
    }

    private IscsiServer running() {
        var running = server;
        if (running == null) {
            throw new IllegalStateException("the iSCSI server does not run");
        }
        return running;
    }
}

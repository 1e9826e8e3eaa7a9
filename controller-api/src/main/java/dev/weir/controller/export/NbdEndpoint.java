package dev.weir.controller.export;

import dev.weir.blockio.nbd.NbdClient;
import dev.weir.blockio.nbd.NbdLimits;
import dev.weir.blockio.nbd.NbdServer;
import dev.weir.blockio.nbd.NbdServerConfig;
import dev.weir.controller.settings.StartupException;
import dev.weir.controller.settings.WeirSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The NBD server of this process, from when it listens until it has drained. */
@Component
public class NbdEndpoint {
    private final WeirSettings settings;
    private final PublishedExports exports;

    private volatile @Nullable NbdServer server;

    NbdEndpoint(WeirSettings settings, PublishedExports exports) {
        this.settings = settings;
        this.exports = exports;
    }

    public void listen() throws StartupException {
        var address = settings.bindAddress();
        try {
            server =
                    NbdServer.start(
                            new NbdServerConfig(address, settings.nbdPort(), NbdLimits.defaults()),
                            exports);
        } catch (IOException e) {
            throw StartupException.cannotListen(settings.bind(), settings.nbdPort(), "nbd", e);
        }
    }

    /** Takes no more clients, lets requests end, and disconnects. */
    public void close() {
        var running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    public InetSocketAddress address() {
        return running().address();
    }

    /** Clients connected now. */
    public List<NbdClient> clients() {
        return running().clients();
    }

    void disconnect(String exportName) {
        running().disconnect(exportName);
    }

    private NbdServer running() {
        var running = server;
        if (running == null) {
            throw new IllegalStateException("the NBD server does not run");
        }
        return running;
    }
}

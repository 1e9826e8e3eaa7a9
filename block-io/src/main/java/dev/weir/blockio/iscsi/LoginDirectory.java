package dev.weir.blockio.iscsi;

import java.util.Optional;

/** What logins through one portal are checked against. */
record LoginDirectory(Connection.Host host, int portalGroupTag)
        implements LoginNegotiation.Directory {

    @Override
    public Optional<IscsiTarget> find(String targetName) {
        return host.directory().find(targetName);
    }

    @Override
    public IscsiAccess discovery() {
        return host.discovery();
    }

    @Override
    public Optional<SessionParameters> session(SessionName name, int tsih) {
        return host.sessions().find(name, tsih).map(Session::parameters);
    }
}

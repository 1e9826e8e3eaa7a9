package dev.weir.controller.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * What the program was started with: {@code --weir.data-dir=DIR} and so on, or the same in the
 * environment ({@code WEIR_DATADIR}). Port 0 means any free one.
 *
 * @param dataDir where everything is kept
 * @param bind the address to listen on, for every protocol
 * @param iscsiAdvertise where iSCSI clients are told to connect to, {@code host[:port]}; null for
 *     where they did
 * @param iscsiPortals where else iSCSI listens, see {@link PortalAddress}; a list whose entries are
 *     numbered, {@code --weir.iscsi-portal[0]=...}, because they may hold a comma
 * @param defaultPool whether to create the pool {@code default} when there is no pool
 */
public record WeirSettings(
        @DefaultValue("${user.home}/.weir") Path dataDir,
        @DefaultValue("127.0.0.1") String bind,
        @DefaultValue("8080") int httpPort,
        @DefaultValue("10809") int nbdPort,
        @DefaultValue("3260") int iscsiPort,
        @Nullable String iscsiAdvertise,
        @DefaultValue @Name("iscsi-portal") List<String> iscsiPortals,
        @DefaultValue("true") @Name("default-pool") boolean defaultPool) {

    private static final int MAX_PORT = 65535;

    /** Reads the settings of a start. */
    public static WeirSettings of(String... arguments) throws StartupException {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(arguments));
        try {
            var settings = Binder.get(environment).bindOrCreate("weir", WeirSettings.class);
            checkPort("http-port", settings.httpPort);
            checkPort("nbd-port", settings.nbdPort);
            checkPort("iscsi-port", settings.iscsiPort);
            checkAdvertised(settings.iscsiAdvertise);
            checkDistinct(settings.portals());
            return settings;
        } catch (BindException e) {
            var property = e.getProperty();
            throw new StartupException(
                    ExitCode.WRONG_ARGUMENTS,
                    property == null
                            ? "cannot understand the arguments"
                            : "cannot understand --%s=%s"
                                    .formatted(property.getName(), property.getValue()));
        }
    }

    /** The address to listen on. */
    public InetAddress bindAddress() throws StartupException {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new StartupException(
                    ExitCode.WRONG_ARGUMENTS, "--weir.bind=%s is no address".formatted(bind));
        }
    }

    /** Every address that iSCSI listens on; the first is the one of {@code bind}. */
    public List<PortalAddress> portals() throws StartupException {
        var portals = new ArrayList<PortalAddress>();
        portals.add(
                new PortalAddress(
                        bind, bindAddress(), iscsiPort, Optional.ofNullable(iscsiAdvertise)));
        for (var portal : iscsiPortals) {
            portals.add(PortalAddress.parse(portal));
        }
        return List.copyOf(portals);
    }

    private static void checkDistinct(List<PortalAddress> portals) throws StartupException {
        for (int i = 1; i < portals.size(); i++) {
            var portal = portals.get(i);
            if (portals.subList(0, i).stream().anyMatch(portal::collidesWith)) {
                throw new StartupException(
                        ExitCode.WRONG_ARGUMENTS,
                        "--weir.iscsi-portal names %s port %d, where iSCSI listens already"
                                .formatted(portal.host(), portal.port()));
            }
        }
    }

    private static void checkAdvertised(@Nullable String address) throws StartupException {
        if (address != null && !PortalAddress.canBeAdvertised(address)) {
            throw new StartupException(
                    ExitCode.WRONG_ARGUMENTS,
                    "--weir.iscsi-advertise=%s is no address and port".formatted(address));
        }
    }

    private static void checkPort(String name, int port) throws StartupException {
        if (port < 0 || port > MAX_PORT) {
            throw new StartupException(
                    ExitCode.WRONG_ARGUMENTS,
                    "--weir.%s=%d is not between 0 and %d".formatted(name, port, MAX_PORT));
        }
    }
}

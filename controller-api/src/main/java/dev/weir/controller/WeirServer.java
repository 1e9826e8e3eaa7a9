package dev.weir.controller;

import dev.weir.controller.export.ExportUris;
import dev.weir.controller.export.IscsiEndpoint;
import dev.weir.controller.export.NbdEndpoint;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.controller.settings.ExitCode;
import dev.weir.controller.settings.StartupException;
import dev.weir.controller.settings.WeirSettings;
import dev.weir.db.WeirDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/**
 * A running controller: the data directory it owns and the application on it. Made by {@link
 * #start}; {@link #close} stops it in good order.
 */
public final class WeirServer implements AutoCloseable {
    private final DataDirectory directory;
    private final ServletWebServerApplicationContext context;

    private WeirServer(DataDirectory directory, ServletWebServerApplicationContext context) {
        this.directory = directory;
        this.context = context;
    }

    /** Starts a controller; when this returns, every port answers. */
    public static WeirServer start(String... arguments) throws StartupException {
        return start(_ -> {}, arguments);
    }

    static WeirServer start(
            ApplicationContextInitializer<ConfigurableApplicationContext> extension,
            String... arguments)
            throws StartupException {
        var settings = WeirSettings.of(arguments);
        var directory = DataDirectory.open(settings.dataDir());
        try {
            requireFree(settings);
            var application = new SpringApplication(WeirApplication.class);
            application.setRegisterShutdownHook(false);
            application.setDefaultProperties(properties(settings, directory));
            application.addInitializers(
                    context -> {
                        context.getBeanFactory().registerSingleton("weirSettings", settings);
                        context.getBeanFactory().registerSingleton("dataDirectory", directory);
                    },
                    extension);
            var context = (ServletWebServerApplicationContext) application.run(arguments);
            var server = new WeirServer(directory, context);
            directory.publishRun(server.runJson());
            return server;
        } catch (StartupException e) {
            close(directory);
            throw e;
        } catch (RuntimeException | IOException e) {
            boolean full = !directory.space().admitsDeletions();
            var complaint = directory.space().complaint();
            close(directory);
            throw full
                    ? new StartupException(ExitCode.CANNOT_START, "cannot start: " + complaint, e)
                    : explained(settings, e);
        }
    }

    /**
     * A port that is taken is told of before anything else is; taking it is for its server. All are
     * held at once, so that two of them that exclude each other are noticed too.
     */
    private static void requireFree(WeirSettings settings) throws StartupException {
        var probes = new ArrayList<ServerSocket>();
        try {
            var bind = settings.bindAddress();
            probes.add(probe(settings.bind(), bind, settings.nbdPort(), "nbd"));
            for (var portal : settings.portals()) {
                probes.add(probe(portal.host(), portal.address(), portal.port(), "iscsi"));
            }
            probes.add(probe(settings.bind(), bind, settings.httpPort(), "http"));
        } finally {
            probes.forEach(WeirServer::release);
        }
    }

    private static ServerSocket probe(String host, InetAddress address, int port, String protocol)
            throws StartupException {
        try {
            var probe = new ServerSocket();
            try {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(address, port));
                return probe;
            } catch (IOException e) {
                probe.close();
                throw e;
            }
        } catch (IOException e) {
            throw StartupException.cannotListen(host, port, protocol, e);
        }
    }

    private static void release(ServerSocket probe) {
        try {
            probe.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where REST and the dashboard are. */
    public String url() {
        return "http://%s:%d".formatted(host(), httpPort());
    }

    public int httpPort() {
        var server = context.getWebServer();
        if (server == null) {
            throw new IllegalStateException("the web server does not run");
        }
        return server.getPort();
    }

    public int nbdPort() {
        return context.getBean(NbdEndpoint.class).address().getPort();
    }

    public int iscsiPort() {
        return context.getBean(IscsiEndpoint.class).address().getPort();
    }

    /** Where iSCSI listens; the first is the one of {@link #iscsiPort}. */
    public List<InetSocketAddress> iscsiPortals() {
        return context.getBean(IscsiEndpoint.class).addresses();
    }

    /** Takes no more requests, lets those running end, closes the pools and the database. */
    @Override
    public void close() {
        context.close();
        close(directory);
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    private static void close(DataDirectory directory) {
        try {
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> properties(WeirSettings settings, DataDirectory directory) {
        var properties = new LinkedHashMap<String, Object>();
        properties.put("server.address", settings.bind());
        properties.put("server.port", settings.httpPort());
        if (System.getenv("WEIR_DB_URL") == null) {
            properties.put("spring.datasource.url", WeirDatabase.embeddedUrl(directory.database()));
            properties.putAll(WeirDatabase.embeddedProperties());
        } else {
            properties.put("spring.datasource.url", "${WEIR_DB_URL}");
        }
        return properties;
    }

    private String runJson() {
        var run = new LinkedHashMap<String, Object>();
        run.put("pid", ProcessHandle.current().pid());
        run.put("url", url());
        run.put("ports", Map.of("http", httpPort(), "nbd", nbdPort(), "iscsi", iscsiPort()));
        run.put("iscsiPortals", iscsiPortals().stream().map(ExportUris::authority).toList());
        return JsonMapper.shared().writeValueAsString(run) + "\n";
    }

    private String host() {
        var bind = context.getBean(WeirSettings.class).bind();
        try {
            var address = InetAddress.getByName(bind);
            if (address.isAnyLocalAddress()) {
                return "127.0.0.1";
            }
            return bind.contains(":") ? "[" + bind + "]" : bind;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one reason that the person who started it can do something about, if there is one. */
    private static StartupException explained(WeirSettings settings, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case StartupException known -> {
                    return known;
                }
                case PortInUseException inUse -> {
                    return new StartupException(
                            ExitCode.CANNOT_START,
                            "cannot listen on %s:%d (http): address already in use"
                                    .formatted(settings.bind(), settings.httpPort()),
                            failure);
                }
                case WebServerException web -> {
                    return StartupException.cannotListen(
                            settings.bind(), settings.httpPort(), "http", web);
                }
                default -> {
                    // look further
                }
            }
        }
        var reason =
                WeirDatabase.reason(failure)
                        .map(said -> "cannot use the database: " + said)
                        .orElseGet(() -> "cannot start: " + rootMessage(failure));
        return new StartupException(ExitCode.CANNOT_START, reason, failure);
    }

    private static String rootMessage(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        var message = root.getMessage();
        return message == null ? root.toString() : message.lines().findFirst().orElse("");
    }
}

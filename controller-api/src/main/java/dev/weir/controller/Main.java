package dev.weir.controller;

import dev.weir.controller.settings.ExitCode;
import dev.weir.controller.settings.StartupException;
import org.slf4j.LoggerFactory;

/**
 * The program. Prints one line to standard output when every port answers; everything else goes to
 * standard error. {@link ExitCode} says how it ends.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        try {
            var server = WeirServer.start(arguments);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
            System.out.println("Weir is ready: " + server.url());
            System.out.flush();
        } catch (StartupException e) {
            LoggerFactory.getLogger(Main.class).debug("The start failed", e);
            System.err.println("weir: " + e.getMessage());
            System.exit(e.exitCode().value());
        }
    }

    /** Runs on SIGTERM and SIGINT, whose exit code would otherwise say that it was killed. */
    private static void stop(WeirServer server) {
        server.close();
        Runtime.getRuntime().halt(ExitCode.STOPPED.value());
    }
}

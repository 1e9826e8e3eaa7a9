package dev.weir.controller.settings;

/** Why the program cannot start, in one sentence for the person who started it. */
public final class StartupException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public StartupException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public StartupException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** A port that cannot be had; 0 was any free one. */
    public static StartupException cannotListen(
            String address, int port, String protocol, Throwable cause) {
        var reason = cause;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        var message = reason.getMessage();
        var text = message == null ? reason.toString() : message;
        return new StartupException(
                ExitCode.CANNOT_START,
                "cannot listen on %s:%d (%s): %s"
                        .formatted(
                                address.contains(":") ? "[" + address + "]" : address,
                                port,
                                protocol,
                                Character.toLowerCase(text.charAt(0)) + text.substring(1)),
                cause);
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}

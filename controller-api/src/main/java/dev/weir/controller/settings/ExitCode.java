package dev.weir.controller.settings;

/** How the process ends. */
public enum ExitCode {
    /** Stopped in good order: SIGTERM or SIGINT. */
    STOPPED(0),
    /**
     * Could not start: a port or the data directory is in use, the layout is newer, the database
     * does not answer.
     */
    CANNOT_START(1),
    /** An argument has no meaning. */
    WRONG_ARGUMENTS(2);

    private final int value;

    ExitCode(int value) {
        this.value = value;
    }

    public int value() {
        return value;
    }
}

package dev.weir.db;

/** How far a job has come. */
public enum JobState {
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** The process ended while it ran. */
    INTERRUPTED
}

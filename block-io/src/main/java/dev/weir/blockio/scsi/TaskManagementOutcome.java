package dev.weir.blockio.scsi;

/** What became of a task management function (SAM-5 7.1). */
public enum TaskManagementOutcome {
    COMPLETE,
    /** ABORT TASK or QUERY TASK named a task that is not, or no longer, in the task set. */
    TASK_NOT_FOUND,
    LUN_NOT_FOUND,
    NOT_SUPPORTED
}

package dev.weir.blockio.scsi;

/** Task management functions on one logical unit (SAM-5 7). */
public enum TaskManagement {
    ABORT_TASK,
    ABORT_TASK_SET,
    CLEAR_TASK_SET,
    CLEAR_ACA,
    LOGICAL_UNIT_RESET,
    QUERY_TASK
}

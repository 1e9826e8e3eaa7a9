package dev.weir.blockio.scsi;

/** How a command is ordered among the others (SAM-5 8.9). */
public enum TaskAttribute {
    UNTAGGED,
    SIMPLE,
    ORDERED,
    HEAD_OF_QUEUE,
    /** Only accepted while an auto contingent allegiance exists, which never does here. */
    ACA
}

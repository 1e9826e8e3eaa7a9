package dev.weir.controller.reconcile;

/**
 * Something that the devices and the database did not agree on.
 *
 * @param subject the resource, such as {@code volumes/db01}
 * @param detail what was found and what was done about it
 */
public record Difference(Kind kind, String subject, String detail) {

    /** What differed. */
    public enum Kind {
        DEFAULT_POOL_FAILED,
        POOL_FAILED,
        POOL_FINISHED,
        /** Its creation had been cut off and cannot be finished; nobody had been told of it. */
        POOL_UNDONE,
        POOL_ADOPTED,
        POOL_DAMAGED,
        DEVICE_MISSING,
        DEVICE_FINISHED,
        /** Its creation had been cut off and cannot be finished; nobody had been told of it. */
        DEVICE_UNDONE,
        VOLUME_FINISHED,
        /** It could not be compared; others were. */
        VOLUME_FAILED,
        VOLUME_DELETED,
        VOLUME_ADOPTED,
        VOLUME_MISSING,
        VOLUME_FOUND,
        VOLUME_RESIZED,
        VOLUME_RENAMED,
        EXPORT_OFFLINE
    }
}

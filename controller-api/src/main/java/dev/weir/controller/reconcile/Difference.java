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
        POOL_FAILED,
        POOL_FINISHED,
        POOL_ADOPTED,
        POOL_DAMAGED,
        DEVICE_MISSING,
        DEVICE_FINISHED,
        VOLUME_FINISHED,
        VOLUME_DELETED,
        VOLUME_ADOPTED,
        VOLUME_MISSING,
        VOLUME_FOUND,
        VOLUME_RESIZED,
        VOLUME_RENAMED,
        EXPORT_OFFLINE
    }
}

package dev.weir.controller.intent;

/** The points between the steps of a change, where a crash leaves it half done. */
public enum Step {
    POOL_INTENDED,
    POOL_FORMATTED,
    POOL_ONLINE,
    DEVICE_INTENDED,
    DEVICE_ADDED,
    DEVICE_ONLINE,
    VOLUME_INTENDED,
    VOLUME_CREATED,
    VOLUME_ONLINE,
    VOLUME_RESIZED,
    VOLUME_RENAMED,
    VOLUME_DELETING,
    VOLUME_DELETED,
    VOLUME_FORGOTTEN
}

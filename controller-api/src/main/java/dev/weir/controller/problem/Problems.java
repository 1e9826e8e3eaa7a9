package dev.weir.controller.problem;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;

/** The problems that more than one feature ends in. */
public final class Problems {
    private Problems() {}

    public static ProblemException unknownPool(String name) {
        return new Problem(
                        ProblemType.UNKNOWN_POOL,
                        "There is no pool named %s.".formatted(quoted(name)),
                        "It was never created.",
                        "GET /api/v1/pools lists the pools.")
                .with("pool", name)
                .exception();
    }

    public static ProblemException unknownVolume(String name) {
        return new Problem(
                        ProblemType.UNKNOWN_VOLUME,
                        "There is no volume named %s.".formatted(quoted(name)),
                        "It was never created, or it was deleted or renamed.",
                        "GET /api/v1/volumes lists the volumes.")
                .with("volume", name)
                .exception();
    }

    /** A field of a well-formed body that cannot have this value. */
    public static ProblemException invalid(String field, String detail, String correction) {
        return new Problem(
                        ProblemType.INVALID_VALUE,
                        detail,
                        "The field %s is outside of what is possible.".formatted(field),
                        correction)
                .with("field", field)
                .exception();
    }

    /** A field that must be there and is not. */
    public static ProblemException missing(String field) {
        return new Problem(
                        ProblemType.MALFORMED_REQUEST,
                        "The field %s is missing.".formatted(field),
                        "The request needs it.",
                        "Add the field to the body.")
                .with("field", field)
                .exception();
    }

    /** A query parameter that cannot be understood. */
    public static ProblemException parameter(String name, String detail, String correction) {
        return new Problem(
                        ProblemType.INVALID_PARAMETER,
                        detail,
                        "The query parameter %s has no such value.".formatted(name),
                        correction)
                .with("parameter", name)
                .exception();
    }

    /** The database has no room for a change. */
    public static Problem hostFull(String complaint) {
        return new Problem(
                ProblemType.HOST_FULL,
                "The host's file system has no room for the change.",
                sentence(complaint),
                "Free space on the host; nothing needs a restart. Deletions may still be possible.");
    }

    /** What a storage failure is to a client of REST. */
    public static Problem of(StorageException e) {
        return of(e.failure());
    }

    static Problem of(StorageFailure failure) {
        var detail = sentence(failure.message());
        return switch (failure) {
            case StorageFailure.OutOfRange f ->
                    new Problem(
                            ProblemType.INVALID_VALUE,
                            detail,
                            "The range ends beyond the size.",
                            "Stay within the size.");
            case StorageFailure.NoSpace f ->
                    new Problem(
                                    ProblemType.POOL_FULL,
                                    detail,
                                    "All space is held by volumes, or the host's file system is full.",
                                    "Add a device to the pool, trim or delete volumes, or free space on the host.")
                            .with("where", f.where());
            case StorageFailure.ReadOnly f ->
                    new Problem(
                                    ProblemType.POOL_UNAVAILABLE,
                                    detail,
                                    "The device may not be written.",
                                    "Make the device writable and restart.")
                            .with("device", f.device());
            case StorageFailure.DeviceFailed f ->
                    new Problem(
                                    ProblemType.STORAGE_FAILED,
                                    detail,
                                    sentence(f.reason()),
                                    "Check the device and the host's log, then restart.")
                            .with("device", f.device());
            case StorageFailure.Unsupported f ->
                    new Problem(
                            ProblemType.NOT_AVAILABLE_YET,
                            detail,
                            "The device cannot do it.",
                            "Do without it.");
            case StorageFailure.Closed f ->
                    new Problem(
                                    ProblemType.POOL_UNAVAILABLE,
                                    detail,
                                    "The controller is stopping, or the volume was deleted.",
                                    "Try again when the controller has restarted.")
                            .with("device", f.device());
            case StorageFailure.Corrupt f ->
                    new Problem(
                            ProblemType.STORAGE_FAILED,
                            detail,
                            "What was read is not what was written.",
                            "Check the device and the host's log; restore from a copy if need be.");
            case StorageFailure.InUse f ->
                    new Problem(
                                    ProblemType.DEVICE_IN_USE,
                                    detail,
                                    "Held by %s.".formatted(f.holder()),
                                    "Choose another path, or end the other use.")
                            .with("device", f.device());
            case StorageFailure.Invalid f ->
                    new Problem(
                            ProblemType.INVALID_VALUE,
                            detail,
                            "It is outside of what the engine can do.",
                            "Choose a value within the limits.");
            case StorageFailure.ShrinkUnsafe f ->
                    new Problem(
                                    ProblemType.SHRINK_UNSAFE,
                                    detail,
                                    "Weir never cuts off data that was written.",
                                    "Shrink the file system first and trim (fstrim, blkdiscard) the tail, or choose a larger size.")
                            .with("neededBytes", f.neededBytes());
        };
    }

    /** A name that came from outside, short enough to be repeated. */
    private static String quoted(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "...";
    }

    private static String sentence(String message) {
        return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
    }
}

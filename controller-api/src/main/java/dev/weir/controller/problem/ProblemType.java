package dev.weir.controller.problem;

import java.net.URI;
import java.util.Locale;

/**
 * Every kind of error that REST answers with. The address of each is stable, and a page of the
 * documents explains it.
 */
public enum ProblemType {
    MALFORMED_REQUEST(400, "The request cannot be understood"),
    INVALID_PARAMETER(400, "A query parameter cannot be understood"),
    UNAUTHENTICATED(401, "A token is needed"),
    FORBIDDEN(403, "This is not allowed"),
    NOT_FOUND(404, "There is nothing at this address"),
    UNKNOWN_POOL(404, "There is no such pool"),
    UNKNOWN_VOLUME(404, "There is no such volume"),
    UNKNOWN_EXPORT(404, "There is no such export"),
    UNKNOWN_JOB(404, "There is no such job"),
    METHOD_NOT_ALLOWED(405, "This address does not take this method"),
    NOT_ACCEPTABLE(406, "The answer does not exist in the form asked for"),
    NAME_TAKEN(409, "The name is taken"),
    VOLUME_EXPORTED(409, "The volume is exported"),
    VOLUME_NOT_ONLINE(409, "The volume is not online"),
    POOL_NOT_EMPTY(409, "The pool has volumes"),
    EXPORT_EXISTS(409, "The volume is exported over this protocol already"),
    LUN_TAKEN(409, "The place in the target is taken"),
    SHRINK_UNSAFE(409, "The volume holds data beyond the new size"),
    DEVICE_IN_USE(409, "The device is in use"),
    IDEMPOTENCY_KEY_IN_USE(409, "A request with this key is running"),
    STALE_VERSION(412, "The resource has changed since"),
    BODY_TOO_LARGE(413, "The request body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is not JSON"),
    INVALID_VALUE(422, "A value is not possible"),
    DEVICE_REFUSED(422, "The path cannot be a device"),
    IDEMPOTENCY_KEY_REUSED(422, "The key was used for another request"),
    NOT_AVAILABLE_YET(422, "Weir cannot do this yet"),
    TOO_MANY_STREAMS(429, "There are too many streams of events"),
    INTERNAL_ERROR(500, "Weir made a mistake"),
    STORAGE_FAILED(500, "A device failed"),
    POOL_UNAVAILABLE(503, "The pool does not serve"),
    HTTP_VERSION_NOT_SUPPORTED(505, "This version of HTTP is not served"),
    POOL_FULL(507, "There is no space left"),
    HOST_FULL(507, "The host's file system is full");

    private static final String PAGES = "https://weir.dev/problems/";

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The last part of the address, and the name of the page. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public URI uri() {
        return URI.create(PAGES + slug());
    }
}

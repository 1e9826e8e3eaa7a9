package dev.weir.controller.problem;

/** The problem that stands for a bare HTTP status, where only that is known. */
public final class StatusProblems {
    private StatusProblems() {}

    public static Problem of(int status) {
        return switch (status) {
            case 401 -> unauthenticated();
            case 403 ->
                    new Problem(
                            ProblemType.FORBIDDEN,
                            "The request is not allowed.",
                            "The address is not open to this token.",
                            "Use the administrator's token.");
            case 404 -> notFound("The address is unknown.");
            case 405 ->
                    new Problem(
                            ProblemType.METHOD_NOT_ALLOWED,
                            "The address does not take this method.",
                            "The method is not one of those of this resource.",
                            "The description of the API is at /v3/api-docs.");
            case 406 ->
                    new Problem(
                            ProblemType.NOT_ACCEPTABLE,
                            "The answer does not exist in the form asked for.",
                            "The header Accept names no form that Weir has.",
                            "Accept application/json.");
            case 413 ->
                    new Problem(
                            ProblemType.BODY_TOO_LARGE,
                            "The request body is too large.",
                            "Bodies are limited.",
                            "Send a smaller body.");
            case 415 ->
                    new Problem(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "The body is not of a type that Weir reads.",
                            "The header Content-Type names something other than JSON.",
                            "Send application/json.");
            case 414, 431 ->
                    new Problem(
                            ProblemType.REQUEST_HEADER_TOO_LARGE,
                            "The request line and the headers are too large.",
                            "Together they are limited.",
                            "Send fewer or shorter headers, or a shorter address.");
            default ->
                    status >= 500
                            ? internal("The request could not be served.")
                            : new Problem(
                                    ProblemType.MALFORMED_REQUEST,
                                    "The request cannot be understood.",
                                    "It is not valid HTTP, or it was refused as dangerous.",
                                    "Check the request line, the address and the headers.");
        };
    }

    public static Problem unauthenticated() {
        return new Problem(
                ProblemType.UNAUTHENTICATED,
                "The request carries no valid token.",
                "The header Authorization is missing, or its token is not the administrator's.",
                "Send \"Authorization: Bearer TOKEN\"; the token is in the file admin-token of the data directory.");
    }

    public static Problem notFound(String detail) {
        return new Problem(
                ProblemType.NOT_FOUND,
                detail,
                "There is no resource and no file at this address.",
                "The description of the API is at /v3/api-docs.");
    }

    public static Problem internal(String detail) {
        return new Problem(
                ProblemType.INTERNAL_ERROR,
                detail,
                "This is a fault of Weir, not of the request.",
                "The log has the reason; please report it.");
    }
}

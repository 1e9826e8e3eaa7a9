package dev.weir.controller.problem;

import java.util.stream.Collectors;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with a body that could not be read, without repeating Java's own words. */
final class UnreadableBody {
    private UnreadableBody() {}

    static Problem problem(HttpMessageNotReadableException e) {
        return switch (e.getCause()) {
            case UnrecognizedPropertyException unknown ->
                    malformed(
                                    "The field %s is unknown.".formatted(path(unknown)),
                                    "The request has no such field; nothing is ignored silently.")
                            .with("field", path(unknown));
            case StreamReadException syntax ->
                    malformed(
                            "The body is not valid JSON%s.".formatted(location(syntax)),
                            syntax.getOriginalMessage());
            case JacksonException value when !value.getPath().isEmpty() ->
                    malformed(
                                    "The field %s has a value of the wrong type."
                                            .formatted(path(value)),
                                    value.getOriginalMessage())
                            .with("field", path(value));
            case JacksonException value ->
                    malformed("The body does not have the right form.", value.getOriginalMessage());
            case null, default ->
                    malformed(
                            "The body is missing or ends too early.",
                            "The request needs a JSON object as its body.");
        };
    }

    private static Problem malformed(String detail, String cause) {
        return new Problem(
                ProblemType.MALFORMED_REQUEST,
                detail,
                cause,
                "Correct the body; its form is in the description of the API at /v3/api-docs.");
    }

    private static String path(JacksonException e) {
        return e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null
                                ? "[" + step.getIndex() + "]"
                                : step.getPropertyName())
                .collect(Collectors.joining("."));
    }

    private static String location(JacksonException e) {
        var at = e.getLocation();
        return at == null
                ? ""
                : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
    }
}

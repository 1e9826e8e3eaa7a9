package dev.weir.controller.problem;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One error.
 *
 * @param detail what happened, in one sentence
 * @param cause why
 * @param correction what the client can do about it
 * @param names the resources, fields and limits involved
 */
public record Problem(
        ProblemType type,
        String detail,
        String cause,
        String correction,
        Map<String, Object> names) {

    public Problem(ProblemType type, String detail, String cause, String correction) {
        this(type, detail, cause, correction, Map.of());
    }

    /** The same problem, naming one thing more. */
    public Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(names);
        more.put(name, value);
        return new Problem(type, detail, cause, correction, Map.copyOf(more));
    }

    public ProblemException exception() {
        return new ProblemException(this);
    }
}

package dev.weir.controller;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Compares an answer with its schema: types, required members, enumerations, and nothing that is
 * not described. It knows the part of JSON Schema that the description uses.
 */
final class DescribedAnswer {
    private static final String REF = "#/components/schemas/";

    private final JsonNode schemas;
    private final List<String> violations = new ArrayList<>();

    private DescribedAnswer(JsonNode schemas) {
        this.schemas = schemas;
    }

    static List<String> violations(JsonNode api, String schema, JsonNode answer) {
        var comparison = new DescribedAnswer(api.path("components").path("schemas"));
        comparison.check("$", comparison.schemas.required(schema), answer);
        return comparison.violations;
    }

    private void check(String where, JsonNode schema, JsonNode value) {
        if (schema.has("$ref")) {
            var name = schema.path("$ref").asString().substring(REF.length());
            check(where, schemas.required(name), value);
            return;
        }
        switch (schema.path("type").asString()) {
            case "object" -> checkObject(where, schema, value);
            case "array" -> {
                expect(where, value.isArray(), "an array");
                int i = 0;
                for (var item : value) {
                    check(where + "[" + i++ + "]", schema.path("items"), item);
                }
            }
            case "string" -> checkString(where, schema, value);
            case "integer" -> expect(where, value.isIntegralNumber(), "an integer");
            case "boolean" -> expect(where, value.isBoolean(), "a boolean");
            default -> violations.add(where + " has a schema without a type");
        }
    }

    private void checkObject(String where, JsonNode schema, JsonNode value) {
        expect(where, value.isObject(), "an object");
        for (var required : schema.path("required")) {
            if (!value.has(required.asString())) {
                violations.add(where + "." + required.asString() + " is missing");
            }
        }
        for (var member : value.properties()) {
            var described = schema.path("properties").path(member.getKey());
            if (described.isMissingNode()) {
                violations.add(where + "." + member.getKey() + " is not described");
            } else {
                check(where + "." + member.getKey(), described, member.getValue());
            }
        }
    }

    private void checkString(String where, JsonNode schema, JsonNode value) {
        expect(where, value.isString(), "a string");
        var values = schema.path("enum");
        if (!values.isMissingNode()
                && values.valueStream().noneMatch(known -> known.equals(value))) {
            violations.add(where + " is " + value + ", which is not described");
        }
    }

    private void expect(String where, boolean holds, String what) {
        if (!holds) {
            violations.add(where + " is not " + what);
        }
    }
}

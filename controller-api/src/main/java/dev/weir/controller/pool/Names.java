package dev.weir.controller.pool;

import dev.weir.controller.problem.Problems;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of the names that clients give to pools and volumes. */
public final class Names {
    public static final String FORM = "[a-z0-9][a-z0-9._-]{0,62}";

    private static final Pattern PATTERN = Pattern.compile(FORM);

    private Names() {}

    /** The name, which must be there and have the form. */
    public static String check(@Nullable String name) {
        return check("name", name);
    }

    /** The name in another field than {@code name}. */
    public static String check(String field, @Nullable String name) {
        if (name == null) {
            throw Problems.missing(field);
        }
        if (!PATTERN.matcher(name).matches()) {
            throw Problems.invalid(
                    field,
                    "This is not a name.",
                    "Use 1 to 63 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit.");
        }
        return name;
    }
}

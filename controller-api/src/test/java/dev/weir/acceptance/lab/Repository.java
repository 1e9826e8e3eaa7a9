package dev.weir.acceptance.lab;

import java.nio.file.Files;
import java.nio.file.Path;

/** The source tree the tests run in; the launcher and the documents are found from its root. */
public final class Repository {
    private static final Path ROOT = findRoot();

    private Repository() {}

    public static Path root() {
        return ROOT;
    }

    /** What a user types to start Weir. */
    public static Path launcher() {
        return ROOT.resolve("weir");
    }

    private static Path findRoot() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("weir")) && Files.exists(at.resolve("pom.xml"))) {
                return at;
            }
        }
        throw new AssertionError("no directory above " + start + " holds the launcher `weir`");
    }
}

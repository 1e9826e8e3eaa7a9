package dev.weir.acceptance.lab;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The scripts that acceptance tests run, below {@code src/test/resources/acceptance}. */
final class Resources {
    private Resources() {}

    static Path path(String name) {
        var url = Resources.class.getResource("/acceptance/" + name);
        if (url == null) {
            throw new AssertionError("no test resource acceptance/" + name);
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(url.toString(), e);
        }
    }
}

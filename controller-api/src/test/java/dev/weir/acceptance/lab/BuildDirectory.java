package dev.weir.acceptance.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts temporary directories below {@code target/}: pool devices take gigabytes, and {@code /tmp}
 * may be memory.
 */
public final class BuildDirectory implements TempDirFactory {

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
            throws IOException {
        Path parent = Repository.root().resolve("controller-api/target/acceptance");
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, context.getRequiredTestClass().getSimpleName());
    }
}

package dev.weir.controller.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.StorageFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemsTest {
    private static final Path PAGES = Path.of("..", "docs", "problems");

    @ParameterizedTest
    @EnumSource
    void shouldHaveAPageForEachType(ProblemType type) throws Exception {
        var page = Files.readString(PAGES.resolve(type.slug() + ".md"));

        assertThat(page)
                .startsWith("# " + type.title())
                .contains(type.uri().toString(), "HTTP " + type.status());
        assertThat(Files.readString(PAGES.resolve("README.md")))
                .contains("(%s.md) | %d |".formatted(type.slug(), type.status()));
    }

    @Test
    void shouldHaveNoPageWithoutAType() throws Exception {
        try (var pages = Files.list(PAGES)) {
            assertThat(pages.filter(page -> !page.endsWith("README.md")))
                    .hasSize(ProblemType.values().length);
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new StorageFailure.OutOfRange(0, 1, 0), ProblemType.INVALID_VALUE),
                Arguments.of(new StorageFailure.NoSpace("pool fast"), ProblemType.POOL_FULL),
                Arguments.of(new StorageFailure.ReadOnly("d0"), ProblemType.POOL_UNAVAILABLE),
                Arguments.of(
                        new StorageFailure.DeviceFailed("d0", "I/O error"),
                        ProblemType.STORAGE_FAILED),
                Arguments.of(new StorageFailure.Unsupported("trim"), ProblemType.NOT_AVAILABLE_YET),
                Arguments.of(new StorageFailure.Closed("d0"), ProblemType.POOL_UNAVAILABLE),
                Arguments.of(new StorageFailure.Corrupt("journal"), ProblemType.STORAGE_FAILED),
                Arguments.of(
                        new StorageFailure.InUse("d0", "another process"),
                        ProblemType.DEVICE_IN_USE),
                Arguments.of(new StorageFailure.Invalid("too small"), ProblemType.INVALID_VALUE),
                Arguments.of(new StorageFailure.ShrinkUnsafe(1, 2), ProblemType.SHRINK_UNSAFE));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldMapEachStorageFailure(StorageFailure failure, ProblemType type) {
        assertThat(Problems.of(failure).type()).isEqualTo(type);
    }

    @Test
    void shouldKnowEachStorageFailure() {
        assertThat(failures().<Class<?>>map(arguments -> arguments.get()[0].getClass()))
                .containsExactlyInAnyOrder(StorageFailure.class.getPermittedSubclasses());
    }
}

package dev.weir.acceptance.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.Tour.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader of the README must notice a promise that is not kept. */
class TourTest {

    @Test
    void shouldTakeOnlyTheShellBlocksOfTheTourWithTheOutputAfterThem(@TempDir Path directory)
            throws Exception {
        Path readme =
                Files.writeString(
                        directory.resolve("README.md"),
                        """
                        ```bash
                        before
                        ```
                        ## A tour
                        ```bash
                        one
                        ```
                        ```text
                        1
                        ```
                        ```bash
                        two
                        ```
                        ## Later
                        ```bash
                        after
                        ```
                        """);

        assertThat(Tour.of(readme).stops())
                .containsExactly(new Stop("one\n", "1\n"), new Stop("two\n", ""));
    }

    @Test
    void shouldMatchDotsWithinALineAndForLines() {
        Stop stop = new Stop("", "{...\"size\":5,...\n...\nend\n");

        assertThat(stop.keepsPromise("noise\n{\"id\":1,\"size\":5,\"x\":2}\nmore\nmore\nend\n"))
                .isTrue();
        assertThat(stop.keepsPromise("{\"size\":5,}\nend\n")).isTrue();
    }

    @Test
    void shouldNoticeMissingChangedAndMisplacedLines() {
        Stop stop = new Stop("", "first\nsecond\n");

        assertThat(stop.keepsPromise("first\n")).isFalse();
        assertThat(stop.keepsPromise("first\nsecond!\n")).isFalse();
        assertThat(stop.keepsPromise("second\nfirst\n")).isFalse();
        assertThat(stop.keepsPromise("first\nbetween\nsecond\n")).isFalse();
        assertThat(stop.keepsPromise("")).isFalse();
    }

    @Test
    void shouldPromiseNothingWithoutATextBlock() {
        assertThat(new Stop("", "").keepsPromise("")).isTrue();
    }
}

package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Guest;
import dev.weir.acceptance.lab.RunningWeir;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Linux's own NBD client, in an emulated guest over two connections: file system, checksums, trim,
 * and a volume that grows while it is mounted. The job is {@code acceptance/guest/init}.
 */
class GuestIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long SIZE_BYTES = 128L << 20;
    private static final long GROWN_BYTES = 192L << 20;
    private static final long REMOVED_BYTES = 24L << 20;

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldCarryAMountedFileSystemThatGrowsUnderTheKernelClient() throws Exception {
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"))) {
            weir.rest().createVolume("guest", "default", SIZE_BYTES);
            URI uri = weir.rest().export("guest");

            try (Guest guest = Guest.boot(work.resolve("guest"), uri)) {
                assertThat(guest.await("^LAB-BYTES: (\\d+)", LIMIT).group(1))
                        .isEqualTo(Long.toString(SIZE_BYTES));
                assertThat(guest.await("^LAB-QUEUE: (.*\\S)", LIMIT).group(1))
                        .startsWith("fua 1, cache write back, discard ")
                        .doesNotEndWith("discard 0");
                guest.await("^LAB-(MOUNTED|EXIT.*)", LIMIT);

                weir.rest()
                        .patch("/volumes/guest", "{\"size\":%d}".formatted(GROWN_BYTES))
                        .expect(200);
                long mappedBefore = mappedBytes(weir);
                guest.type("grown");

                String exit = guest.await("^LAB-EXIT: (.*\\S)", LIMIT).group(1);
                assertThat(exit).as(guest.consoleText()).isEqualTo("0");
                assertThat(guest.consoleText())
                        .contains("LAB-GROWN-BYTES: " + GROWN_BYTES)
                        .doesNotContain("I/O error");
                assertThat(mappedBytes(weir))
                        .as("fstrim gave back what was removed")
                        .isLessThan(mappedBefore - REMOVED_BYTES / 3);
            }
        }
    }

    private static long mappedBytes(RunningWeir weir) {
        return weir.rest().volume("guest").path("mappedBytes").asLong();
    }
}

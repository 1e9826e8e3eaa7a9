package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.Command.Outcome;
import dev.weir.acceptance.lab.Repository;
import dev.weir.acceptance.lab.Tour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tour of the README, run by bash as it stands; only the ports are made free ones, so that it
 * can be tested on a machine where Weir runs already.
 */
class ReadmeTourIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String SERVE = "./weir serve ";
    private static final String FREE_PORTS = "--http-port 0 --nbd-port 0 --iscsi-port 0 ";
    private static final String BETWEEN_STOPS = "=== end of a stop ===";

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldDoWhatTheReadmeSays() throws Exception {
        Tour tour = Tour.of(Repository.root().resolve("README.md"));
        assertThat(tour.stops()).hasSizeGreaterThan(4);

        Outcome outcome =
                Command.of("bash", script(tour.stops())).in(Repository.root()).within(LIMIT).run();

        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        String[] outputs = outcome.stdout().split(BETWEEN_STOPS + "\n", -1);
        for (int i = 0; i < tour.stops().size(); i++) {
            Tour.Stop stop = tour.stops().get(i);
            assertThat(stop.keepsPromise(outputs[i]))
                    .as(
                            "%s\nprinted\n%s\n%s\nnot\n%s",
                            stop.commands(), outputs[i], outcome.stderr(), stop.promisedOutput())
                    .isTrue();
        }
    }

    private Path script(List<Tour.Stop> stops) throws Exception {
        StringBuilder script =
                new StringBuilder(
                        """
                        set -e
                        trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
                        export TMPDIR='%s'
                        """
                                .formatted(work));
        for (Tour.Stop stop : stops) {
            script.append(stop.commands().replace(SERVE, SERVE + FREE_PORTS))
                    .append("echo '")
                    .append(BETWEEN_STOPS)
                    .append("'\n");
        }
        return Files.writeString(work.resolve("tour.sh"), script);
    }
}

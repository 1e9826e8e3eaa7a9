package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.Command.Outcome;
import dev.weir.acceptance.lab.Repository;
import dev.weir.acceptance.lab.RunningWeir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * libiscsi's conformance suite against a volume on two paths. What is skipped, and why, is said in
 * {@code docs/iscsi-conformance.md}; this holds the document to it.
 */
class IscsiConformanceIT {
    private static final int WANTED_PASSES = 191;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** The tool itself crashes here, with any target: see the document. */
    private static final String WAIVED = "iSCSITMF.LUNResetSimpleAsync";

    private static final Pattern TOTAL = Pattern.compile("(?m)^TOTAL +\\d+ +(\\d+)/(\\d+)/(\\d+)$");
    private static final Pattern DOCUMENTED_SKIP = Pattern.compile("(?m)^\\| `(\\w+\\.\\w+)` \\|");

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldPassAllThatItDoesNotSkipForADocumentedReason() throws IOException {
        try (var weir = RunningWeir.start(work.resolve("data"))) {
            var unit = export(weir, "unit", "256MiB", "");
            var sealed = export(weir, "sealed", "64MiB", ",\"readOnly\":true");

            var outcome = score("weir=" + unit + "," + unit);

            var failed = names(outcome, "FAILED");
            failed.addAll(names(outcome, "TIMED_OUT"));
            failed.addAll(names(outcome, "CRASHED"));
            failed.remove(WAIVED);
            assertThat(failed).as(outcome.toString()).isEmpty();
            var total = TOTAL.matcher(outcome.stdout());
            assertThat(total.find()).as(outcome.toString()).isTrue();
            assertThat(Integer.parseInt(total.group(1))).isGreaterThanOrEqualTo(WANTED_PASSES);
            assertThat(names(outcome, "SKIPPED")).isEqualTo(documentedSkips());

            var readOnly = score("--only", "^ReadOnly", "sealed=" + sealed);
            assertThat(readOnly.exitCode()).as(readOnly.toString()).isZero();
            assertThat(readOnly.stdout()).containsPattern("TOTAL +1 +1/0/0");
        }
    }

    private Outcome score(String... arguments) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        return Command.of(java, Repository.root().resolve("bench/IscsiConformance.java"))
                .and("--out", work.resolve("logs"))
                .and((Object[]) arguments)
                .within(LIMIT)
                .run();
    }

    private static String export(RunningWeir weir, String volume, String size, String more) {
        weir.rest().createVolume(volume, "default", size);
        return weir.rest()
                .post("/volumes/" + volume + "/exports", "{\"protocol\":\"iscsi\"" + more + "}")
                .expect(201)
                .path("uri")
                .asString();
    }

    private static Set<String> names(Outcome outcome, String verdict) {
        var line = Pattern.compile("(?m)^weir " + verdict + ": (.*)$").matcher(outcome.stdout());
        return line.find() ? new TreeSet<>(Set.of(line.group(1).split(" "))) : new TreeSet<>();
    }

    private static Set<String> documentedSkips() throws IOException {
        var document = Files.readString(Repository.root().resolve("docs/iscsi-conformance.md"));
        return new TreeSet<>(
                DOCUMENTED_SKIP.matcher(document).results().map(match -> match.group(1)).toList());
    }
}

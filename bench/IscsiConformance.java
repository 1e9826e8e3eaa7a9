import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Scores iSCSI targets with libiscsi's conformance suite, {@code iscsi-test-cu} (Debian: libiscsi-bin).
 *
 * <p>The suite itself counts a test that it skipped as passed, and a test may leave a connection in a state that the next ones
 * stumble over. So each test runs in a process of its own, for a bounded time, and a skip is counted as a skip.
 *
 * <pre>
 *   java bench/IscsiConformance.java [options] NAME=URL[,URL2] ...
 *
 *   NAME=URL[,URL2]   a target; with a second URL, a second path to the same logical unit, the tests for several paths run too
 *   --only REGEX      only tests whose name, such as SCSI.Read10.Simple, has a match
 *   --timeout SECONDS for each test                                                                 (default 60)
 *   --out DIR         keeps what each test printed
 *   --sanitize        lets the tests of SANITIZE run, which wipe the unit
 * </pre>
 *
 * <p>All data on the units is lost. Prints a table of suites, then the names of all tests that did not pass. Ends with 0 if no
 * test of the first target failed, crashed or ran out of time.
 */
public final class IscsiConformance {
    private static final String PROGRAM = "iscsi-test-cu";

    /** What became of one test. */
    enum Verdict {
        PASSED,
        FAILED,
        SKIPPED,
        TIMED_OUT,
        CRASHED;

        boolean isGood() {
            return this == PASSED || this == SKIPPED;
        }
    }

    private record Target(String name, List<String> urls) {
        static Target parse(String argument) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("not NAME=URL: " + argument);
            }
            return new Target(argument.substring(0, equals), List.of(argument.substring(equals + 1).split(",")));
        }
    }

    private record Test(String suite, String name) {
        static Test parse(String full) {
            int dot = full.indexOf('.');
            return new Test(full.substring(0, dot), full.substring(dot + 1));
        }

        String pattern() {
            return "ALL." + suite + "." + name;
        }

        @Override
        public String toString() {
            return suite + "." + name;
        }
    }

    private final List<Target> targets = new ArrayList<>();
    private Pattern only = Pattern.compile("");
    private Duration timeout = Duration.ofSeconds(60);
    private Path out;
    private boolean sanitize;

    public static void main(String[] arguments) throws IOException, InterruptedException {
        IscsiConformance run = new IscsiConformance();
        try {
            run.take(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        System.exit(run.score(System.out) ? 0 : 1);
    }

    private void take(List<String> arguments) {
        var left = new ArrayList<>(arguments);
        while (!left.isEmpty()) {
            String argument = left.removeFirst();
            switch (argument) {
                case "--only" -> only = Pattern.compile(left.removeFirst());
                case "--timeout" -> timeout = Duration.ofSeconds(Long.parseLong(left.removeFirst()));
                case "--out" -> out = Path.of(left.removeFirst());
                case "--sanitize" -> sanitize = true;
                default -> targets.add(Target.parse(argument));
            }
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("no target is named; see the head of the source for how");
        }
    }

    private boolean score(PrintStream to) throws IOException, InterruptedException {
        List<Test> tests = list().stream().filter(test -> only.matcher(test.toString()).find()).toList();
        Map<Target, Map<Test, Verdict>> verdicts = new LinkedHashMap<>();
        for (Target target : targets) {
            Map<Test, Verdict> all = new LinkedHashMap<>();
            for (Test test : tests) {
                all.put(test, run(target, test));
            }
            verdicts.put(target, all);
        }
        printSuites(tests, verdicts, to);
        verdicts.forEach((target, all) -> printNames(target, all, to));
        return verdicts.get(targets.getFirst()).values().stream().allMatch(Verdict::isGood);
    }

    private static List<Test> list() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(PROGRAM, "-l").redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return Pattern.compile("^ALL\\.(\\w+\\.[\\w-]+)$", Pattern.MULTILINE)
                .matcher(text.replaceAll("(?m)^\\s+", ""))
                .results()
                .map(match -> Test.parse(match.group(1)))
                .toList();
    }

    private Verdict run(Target target, Test test) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "--dataloss", "-v"));
        if (sanitize) {
            command.add("--allow-sanitize");
        }
        command.addAll(target.urls());
        command.add("--test=" + test.pattern());
        Path log = logOf(target, test);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String text = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
        if (out == null) {
            Files.delete(log);
        }
        return ended ? judge(text) : Verdict.TIMED_OUT;
    }

    private Path logOf(Target target, Test test) throws IOException {
        if (out == null) {
            return Files.createTempFile("iscsi-conformance-", ".txt");
        }
        return Files.createDirectories(out.resolve(target.name())).resolve(test + ".txt");
    }

    /** The summary's line of tests has: total, run, passed, failed. */
    private static final Pattern SUMMARY = Pattern.compile("^\\s+tests\\s+\\d+\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)", Pattern.MULTILINE);

    private static Verdict judge(String text) {
        var summary = SUMMARY.matcher(text);
        if (!summary.find() || Integer.parseInt(summary.group(1)) == 0) {
            return Verdict.CRASHED;
        }
        if (Integer.parseInt(summary.group(3)) > 0) {
            return Verdict.FAILED;
        }
        // Probing the device before the test prints the same word.
        int begin = text.indexOf("Suite:");
        return text.indexOf("[SKIPPED]", Math.max(0, begin)) >= 0 ? Verdict.SKIPPED : Verdict.PASSED;
    }

    private static void printSuites(List<Test> tests, Map<Target, Map<Test, Verdict>> verdicts, PrintStream to) {
        Map<String, List<Test>> suites = new TreeMap<>(tests.stream().collect(Collectors.groupingBy(Test::suite)));
        to.printf("%-26s %5s", "passed/failed/skipped", "tests");
        verdicts.keySet().forEach(target -> to.printf("  %14s", target.name()));
        to.println();
        suites.forEach((suite, of) -> printRow(suite, of, verdicts, to));
        printRow("TOTAL", tests, verdicts, to);
    }

    private static void printRow(
            String name, List<Test> tests, Map<Target, Map<Test, Verdict>> verdicts, PrintStream to) {
        to.printf("%-26s %5d", name, tests.size());
        for (Map<Test, Verdict> of : verdicts.values()) {
            Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
            tests.forEach(test -> counts.merge(of.get(test), 1, Integer::sum));
            int skipped = counts.getOrDefault(Verdict.SKIPPED, 0);
            int passed = counts.getOrDefault(Verdict.PASSED, 0);
            to.printf("  %14s", passed + "/" + (tests.size() - passed - skipped) + "/" + skipped);
        }
        to.println();
    }

    private static void printNames(Target target, Map<Test, Verdict> verdicts, PrintStream to) {
        for (Verdict verdict : Verdict.values()) {
            String names =
                    verdicts.entrySet().stream()
                            .filter(entry -> entry.getValue() == verdict && verdict != Verdict.PASSED)
                            .map(entry -> entry.getKey().toString())
                            .collect(Collectors.joining(" "));
            if (!names.isEmpty()) {
                to.println(target.name() + " " + verdict + ": " + names);
            }
        }
    }
}

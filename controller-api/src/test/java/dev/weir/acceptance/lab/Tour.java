package dev.weir.acceptance.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tour of README.md: its shell blocks in order, each with the output that the README shows
 * after it in a {@code text} block. A line of three dots there stands for any lines, three dots
 * within a line for any text.
 */
public record Tour(List<Stop> stops) {
    private static final Pattern SECTION =
            Pattern.compile("(?ms)^## [^\\n]*tour[^\\n]*\\n(.*?)(?=^## |\\z)");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(bash|text)\\n(.*?)^```$");
    private static final String ANYTHING = "...";

    /** One shell block. */
    public record Stop(String commands, String promisedOutput) {

        /** Whether the output holds the promised lines, together and in order. */
        public boolean keepsPromise(String output) {
            StringBuilder pattern = new StringBuilder("(?ms)^");
            for (String line : promisedOutput.strip().lines().toList()) {
                if (line.strip().equals(ANYTHING)) {
                    pattern.append("(?:.*\\n)??");
                } else {
                    pattern.append(lineAsPattern(line)).append("[ \\t]*(?:\\n|\\z)");
                }
            }
            return promisedOutput.isBlank()
                    || Pattern.compile(pattern.toString()).matcher(output).find();
        }

        private static String lineAsPattern(String line) {
            StringBuilder pattern = new StringBuilder();
            int from = 0;
            for (int at = line.indexOf(ANYTHING); at >= 0; at = line.indexOf(ANYTHING, from)) {
                pattern.append(Pattern.quote(line.substring(from, at))).append("[^\\n]*");
                from = at + ANYTHING.length();
            }
            return pattern.append(Pattern.quote(line.substring(from))).toString();
        }
    }

    public static Tour of(Path readme) throws IOException {
        Matcher section = SECTION.matcher(Files.readString(readme));
        if (!section.find()) {
            throw new AssertionError(readme + " has no section with a tour");
        }
        List<Stop> stops = new ArrayList<>();
        Matcher fence = FENCE.matcher(section.group(1));
        while (fence.find()) {
            if (fence.group(1).equals("bash")) {
                stops.add(new Stop(fence.group(2), ""));
            } else {
                Stop last = stops.removeLast();
                stops.add(new Stop(last.commands, fence.group(2)));
            }
        }
        return new Tour(stops);
    }
}

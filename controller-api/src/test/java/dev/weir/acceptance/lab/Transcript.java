package dev.weir.acceptance.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines that a running program has printed so far. One virtual thread fills it; any thread may
 * wait for a line to appear.
 */
final class Transcript {
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private Transcript() {}

    static Transcript of(InputStream stream) {
        Transcript transcript = new Transcript();
        Thread.ofVirtual().start(() -> transcript.fill(stream));
        return transcript;
    }

    /**
     * Waits for a line in which the pattern is found. Fails when the program ends or the time is up
     * before that.
     */
    synchronized Matcher await(Pattern pattern, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        for (int next = 0; awaitLine(next, deadline); next++) {
            Matcher matcher = pattern.matcher(lines.get(next));
            if (matcher.find()) {
                return matcher;
            }
        }
        throw new AssertionError(
                (ended ? "the program ended" : "nothing came in " + limit)
                        + " while waiting for /"
                        + pattern
                        + "/; it printed:\n"
                        + text());
    }

    synchronized String text() {
        return String.join("\n", lines);
    }

    /** Waits for the program to close this stream, and returns all it printed. */
    synchronized String awaitEnd(Duration limit) {
        awaitLine(Integer.MAX_VALUE, System.nanoTime() + limit.toNanos());
        return text();
    }

    /** Whether there is a line of this number before the program ends or the time is up. */
    private synchronized boolean awaitLine(int number, long deadline) {
        try {
            while (lines.size() <= number && !ended) {
                long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    return false;
                }
                wait(leftMillis);
            }
            return lines.size() > number;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void fill(InputStream stream) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            end();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }
}

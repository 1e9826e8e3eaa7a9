package dev.weir.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded database keeps what it committed when its process is killed. */
class CommitDurabilityTest {
    private static final int COMMITS = 500;

    @TempDir Path directory;

    @Test
    void shouldKeepEveryCommitWhenTheProcessIsKilled() throws Exception {
        var database = WeirDatabase.embeddedUrl(directory.resolve("weir"));
        var writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writer.class.getName(),
                                database)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();

        int acknowledged = 0;
        try (var output =
                new BufferedReader(
                        new InputStreamReader(
                                writer.getInputStream(), StandardCharsets.US_ASCII))) {
            while (acknowledged < COMMITS && output.readLine() != null) {
                acknowledged++;
            }
            writer.destroyForcibly().waitFor();
        }

        assertThat(acknowledged).isEqualTo(COMMITS);
        try (var connection = DriverManager.getConnection(database)) {
            assertThat(count(connection)).isGreaterThanOrEqualTo(acknowledged);
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("select count(*) from commits")) {
            result.next();
            return result.getInt(1);
        }
    }

    /** Commits a row at a time for ever, and says so after each. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws SQLException {
            try (var connection = DriverManager.getConnection(arguments[0]);
                    var statement = connection.createStatement()) {
                statement.execute("create table commits (id int primary key)");
                for (int id = 0; ; id++) {
                    statement.executeUpdate("insert into commits values (" + id + ")");
                    System.out.println(id);
                }
            }
        }
    }
}

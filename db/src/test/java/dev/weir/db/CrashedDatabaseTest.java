package dev.weir.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.h2.store.fs.Recorder;
import org.h2.store.fs.rec.FilePathRec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the embedded database wrote is cut off after any of its writes, as by kill -9, opened again
 * and used on, generation after generation: each commit that was acknowledged is still there.
 *
 * <p>{@code -Dweir.database.generations=N} makes it long, {@code -Dweir.database.seed=N} repeats
 * it.
 */
class CrashedDatabaseTest {
    private static final int GENERATIONS = Integer.getInteger("weir.database.generations", 16);
    private static final int CUTS = 8;
    private static final int MAX_COMMITS = 40;
    private static final int EXTENT_ROWS = 1500;
    private static final int DATABASE_IS_CLOSED = 90121;

    @TempDir Path directory;

    private final List<Change> changes = Collections.synchronizedList(new ArrayList<>());
    private long nextId;

    /** A write, or a truncation if there are no bytes. */
    private record Change(long offset, ByteBuffer bytes) {}

    @BeforeEach
    void record() {
        FilePathRec.register();
        FilePathRec.setRecorder((op, name, bytes, offset) -> {
            if (name.endsWith(".mv.db")) {
                switch (op) {
                    case Recorder.WRITE ->
                            changes.add(new Change(offset, ByteBuffer.wrap(bytes.clone())));
                    case Recorder.TRUNCATE ->
                            changes.add(new Change(offset, ByteBuffer.allocate(0)));
                    default -> {
                        // does not change the file
                    }
                }
            }
        });
    }

    @AfterEach
    void forgetRecorder() {
        FilePathRec.setRecorder(null);
    }

    @Test
    void shouldKeepEveryAcknowledgedCommitWhereverTheProcessDies() throws Exception {
        long seed = Long.getLong("weir.database.seed", System.nanoTime());
        System.out.println("weir.database.seed=" + seed);
        var random = new Random(seed);
        var image = created();
        Set<Long> kept = Set.of();
        for (int generation = 0; generation < GENERATIONS; generation++) {
            changes.clear();
            var acknowledged = use(store(image), random);
            for (int cut = 0; cut < CUTS; cut++) {
                int last = cut == 0 ? changes.size() : random.nextInt(changes.size() + 1);
                var expected = new TreeSet<>(kept);
                acknowledged.forEach((id, at) -> {
                    if (at <= last) {
                        expected.add(id);
                    }
                });
                var found = found(store(after(image, last, random)));
                assertThat(found)
                        .as(
                                "generation %d, cut after %d of %d changes, seed %d",
                                generation, last, changes.size(), seed)
                        .containsAll(expected);
            }
            image = after(image, random.nextInt(changes.size() + 1), random);
            kept = found(store(image));
        }
    }

    private byte[] created() throws Exception {
        var path = directory.resolve("created");
        try (var connection = open(path.toString());
                var statement = connection.createStatement()) {
            statement.execute("create table events (id bigint primary key, message varchar)");
            statement.execute("create table extents (extent bigint primary key, mapped bigint)");
        }
        return Files.readAllBytes(directory.resolve("created.mv.db"));
    }

    /** Small commits between large ones, so that chunks of any length come and go. */
    private Map<Long, Integer> use(Path path, Random random) throws SQLException {
        var acknowledged = new HashMap<Long, Integer>();
        try (var connection = open("rec:" + path);
                var statement = connection.createStatement()) {
            for (int commit = random.nextInt(MAX_COMMITS); commit >= 0; commit--) {
                if (random.nextInt(3) == 0) {
                    replaceExtents(connection, random);
                    continue;
                }
                long id = nextId++;
                statement.execute(
                        "insert into events values (%d, '%s')"
                                .formatted(id, "x".repeat(random.nextInt(200))));
                acknowledged.put(id, changes.size());
            }
            end(statement, random.nextInt(8) == 0 ? "shutdown" : "shutdown immediately");
        }
        return acknowledged;
    }

    private static void replaceExtents(Connection connection, Random random) throws SQLException {
        connection.setAutoCommit(false);
        try (var merge = connection.prepareStatement("merge into extents values (?, ?)")) {
            for (int row = random.nextInt(300); row >= 0; row--) {
                merge.setLong(1, random.nextInt(EXTENT_ROWS));
                merge.setLong(2, random.nextLong());
                merge.addBatch();
            }
            merge.executeBatch();
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private Set<Long> found(Path path) throws SQLException {
        var ids = new TreeSet<Long>();
        try (var connection = open(path.toString());
                var statement = connection.createStatement()) {
            try (var rows = statement.executeQuery("select id from events")) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
            end(statement, "shutdown immediately");
        }
        return ids;
    }

    /** The file as a process leaves it that dies in its next write, or before it. */
    private byte[] after(byte[] image, int count, Random random) {
        var file = image;
        for (int i = 0; i < count; i++) {
            file = applied(file, changes.get(i));
        }
        if (count < changes.size() && random.nextInt(3) == 0) {
            var torn = changes.get(count);
            int pages = torn.bytes().capacity() / StoreHeader.BLOCK_BYTES;
            if (torn.offset() > 0 && pages > 1) {
                int written = StoreHeader.BLOCK_BYTES * (1 + random.nextInt(pages - 1));
                file = applied(file, new Change(torn.offset(), torn.bytes().slice(0, written)));
            }
        }
        return file;
    }

    private static byte[] applied(byte[] file, Change change) {
        int offset = (int) change.offset();
        int bytes = change.bytes().capacity();
        if (bytes == 0) {
            return Arrays.copyOf(file, offset);
        }
        var changed = Arrays.copyOf(file, Math.max(file.length, offset + bytes));
        change.bytes().get(0, changed, offset, bytes);
        return changed;
    }

    /** A database of its own name on these bytes, as a start finds it. */
    private Path store(byte[] image) throws IOException {
        var path = Files.createTempDirectory(directory, "db").resolve("weir");
        Files.write(path.resolveSibling("weir.mv.db"), image);
        StoreHeader.mend(path.resolveSibling("weir.mv.db"));
        return path;
    }

    /** No retention: space is used again at once, as it is in a database that runs for long. */
    private static Connection open(String path) throws SQLException {
        return DriverManager.getConnection(
                WeirDatabase.embeddedUrl(Path.of("weir")).replace(Path.of("weir").toString(), path)
                        + ";RETENTION_TIME=0");
    }

    private static void end(Statement statement, String how) throws SQLException {
        try {
            statement.execute(how);
        } catch (SQLException e) {
            if (e.getErrorCode() != DATABASE_IS_CLOSED) {
                throw e;
            }
        }
    }
}

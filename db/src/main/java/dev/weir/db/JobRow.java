package dev.weir.db;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A remembered piece of long work.
 *
 * @param detail what it is about; once finished, how it ended
 * @param finishedAt null while it runs
 */
public record JobRow(
        UUID id,
        String kind,
        JobState state,
        String detail,
        Instant startedAt,
        @Nullable Instant finishedAt) {}

package dev.weir.db;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

@Entity
@Table(name = "jobs")
@NullUnmarked
class JobEntity {
    @Id UUID id;
    String kind;

    @Enumerated(EnumType.STRING)
    JobState state;

    String detail;
    Instant startedAt;
    Instant finishedAt;
    @Version Long version;

    JobRow row() {
        return new JobRow(id, kind, state, detail, startedAt, finishedAt);
    }
}

package dev.weir.db;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

@Entity
@Table(name = "events")
@NullUnmarked
class EventEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    Instant occurredAt;
    String kind;
    String subject;
    String message;

    EventRow row() {
        return new EventRow(id, occurredAt, kind, subject, message);
    }
}

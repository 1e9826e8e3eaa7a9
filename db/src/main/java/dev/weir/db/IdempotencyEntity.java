package dev.weir.db;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

@Entity
@Table(name = "idempotency_keys")
@NullUnmarked
class IdempotencyEntity {
    @Id
    @Column(name = "idempotency_key")
    String key;

    String fingerprint;
    UUID resourceId;
    String location;

    @Column(columnDefinition = "text")
    String answer;

    Instant createdAt;
    @Version Long version;

    IdempotencyRow row() {
        return new IdempotencyRow(key, fingerprint, resourceId, location, answer, createdAt);
    }
}

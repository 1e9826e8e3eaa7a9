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
@Table(name = "pools")
@NullUnmarked
class PoolEntity {
    @Id UUID id;
    String name;
    long extentBytes;
    int grainBytes;

    @Enumerated(EnumType.STRING)
    Lifecycle state;

    Instant createdAt;
    @Version Long version;

    static PoolEntity of(PoolRow row) {
        var entity = new PoolEntity();
        entity.id = row.id();
        entity.name = row.name();
        entity.extentBytes = row.extentBytes();
        entity.grainBytes = row.grainBytes();
        entity.state = row.state();
        entity.createdAt = row.createdAt();
        return entity;
    }

    PoolRow row() {
        return new PoolRow(id, name, extentBytes, grainBytes, state, createdAt);
    }
}

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
@Table(name = "volumes")
@NullUnmarked
class VolumeEntity {
    @Id UUID id;
    String name;
    UUID poolId;
    long sizeBytes;

    @Enumerated(EnumType.STRING)
    VolumeState state;

    Instant createdAt;
    @Version Long version;

    static VolumeEntity of(VolumeRow row) {
        var entity = new VolumeEntity();
        entity.id = row.id();
        entity.name = row.name();
        entity.poolId = row.poolId();
        entity.sizeBytes = row.sizeBytes();
        entity.state = row.state();
        entity.createdAt = row.createdAt();
        return entity;
    }

    VolumeRow row() {
        return new VolumeRow(id, name, poolId, sizeBytes, state, createdAt, version);
    }
}

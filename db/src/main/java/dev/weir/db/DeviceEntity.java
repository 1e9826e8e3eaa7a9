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
@Table(name = "devices")
@NullUnmarked
class DeviceEntity {
    @Id UUID id;
    UUID poolId;
    UUID identity;
    String path;
    long sizeBytes;

    @Enumerated(EnumType.STRING)
    Lifecycle state;

    Instant createdAt;
    @Version Long version;

    static DeviceEntity of(DeviceRow row) {
        var entity = new DeviceEntity();
        entity.id = row.id();
        entity.poolId = row.poolId();
        entity.identity = row.identity();
        entity.path = row.path();
        entity.sizeBytes = row.sizeBytes();
        entity.state = row.state();
        entity.createdAt = row.createdAt();
        return entity;
    }

    DeviceRow row() {
        return new DeviceRow(id, poolId, identity, path, sizeBytes, state, createdAt);
    }
}

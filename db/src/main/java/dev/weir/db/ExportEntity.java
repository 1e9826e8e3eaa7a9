package dev.weir.db;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

@Entity
@Table(name = "exports")
@NullUnmarked
class ExportEntity {
    @Id UUID id;
    UUID volumeId;
    String protocol;
    String name;
    boolean readOnly;
    Instant createdAt;
    @Version Long version;

    static ExportEntity of(ExportRow row) {
        var entity = new ExportEntity();
        entity.id = row.id();
        entity.volumeId = row.volumeId();
        entity.protocol = row.protocol();
        entity.name = row.name();
        entity.readOnly = row.readOnly();
        entity.createdAt = row.createdAt();
        return entity;
    }

    ExportRow row() {
        return new ExportRow(id, volumeId, protocol, name, readOnly, createdAt);
    }
}

package dev.weir.db;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface ExportRepository extends JpaRepository<ExportEntity, UUID> {
    List<ExportEntity> findByVolumeIdIn(Collection<UUID> volumeIds);

    Optional<ExportEntity> findByVolumeIdAndProtocol(UUID volumeId, String protocol);
}

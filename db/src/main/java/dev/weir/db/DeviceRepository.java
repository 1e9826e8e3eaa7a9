package dev.weir.db;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface DeviceRepository extends JpaRepository<DeviceEntity, UUID> {
    List<DeviceEntity> findByPoolIdOrderByCreatedAtAscPathAsc(UUID poolId);

    Optional<DeviceEntity> findByPath(String path);
}

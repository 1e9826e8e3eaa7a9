package dev.weir.db;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.JpaRepository;

interface VolumeRepository extends JpaRepository<VolumeEntity, UUID> {
    Optional<VolumeEntity> findByName(String name);

    long countByPoolId(UUID poolId);

    Page<VolumeEntity> findByPoolId(UUID poolId, Pageable page);
}

package dev.weir.db;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface PoolRepository extends JpaRepository<PoolEntity, UUID> {
    Optional<PoolEntity> findByName(String name);
}

package dev.weir.db;

import java.time.Instant;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface IdempotencyRepository extends JpaRepository<IdempotencyEntity, String> {
    @Modifying
    @Query("delete from IdempotencyEntity i where i.createdAt < :limit")
    int deleteOlderThan(Instant limit);
}

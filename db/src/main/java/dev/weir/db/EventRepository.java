package dev.weir.db;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface EventRepository extends JpaRepository<EventEntity, Long> {
    List<EventEntity> findByIdGreaterThanOrderByIdAsc(long after, Limit limit);

    @Modifying
    @Query("delete from EventEntity e where e.id <= :last")
    int deleteUpTo(long last);
}

package dev.weir.db;

import java.util.List;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface JobRepository extends JpaRepository<JobEntity, UUID> {
    List<JobEntity> findByState(JobState state);

    List<JobEntity> findByOrderByStartedAtDesc(Limit limit);
}

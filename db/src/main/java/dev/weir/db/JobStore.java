package dev.weir.db;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The remembered jobs. */
@Repository
public class JobStore {
    private static final int MAX_DETAIL_CHARS = 1024;

    private final JobRepository jobs;

    JobStore(JobRepository jobs) {
        this.jobs = jobs;
    }

    public void start(UUID id, String kind, String detail, Instant now) {
        var job = new JobEntity();
        job.id = id;
        job.kind = kind;
        job.state = JobState.RUNNING;
        job.detail = shortened(detail);
        job.startedAt = now;
        jobs.saveAndFlush(job);
    }

    @Transactional
    public void finish(UUID id, JobState state, String detail, Instant now) {
        jobs.findById(id)
                .ifPresent(job -> {
                    job.state = state;
                    job.detail = shortened(detail);
                    job.finishedAt = now;
                });
    }

    /** Marks what an earlier process left running; says how many there were. */
    @Transactional
    public int interruptRunning(Instant now) {
        var running = jobs.findByState(JobState.RUNNING);
        for (var job : running) {
            job.state = JobState.INTERRUPTED;
            job.finishedAt = now;
        }
        return running.size();
    }

    /** The newest jobs, newest first. */
    public List<JobRow> newest(int limit) {
        return jobs.findByOrderByStartedAtDesc(Limit.of(limit)).stream()
                .map(JobEntity::row)
                .toList();
    }

    public Optional<JobRow> byId(UUID id) {
        return jobs.findById(id).map(JobEntity::row);
    }

    private static String shortened(String detail) {
        return detail.length() <= MAX_DETAIL_CHARS ? detail : detail.substring(0, MAX_DETAIL_CHARS);
    }
}

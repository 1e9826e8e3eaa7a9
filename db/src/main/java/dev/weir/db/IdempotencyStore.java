package dev.weir.db;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The requests that may be repeated, and their answers. */
@Repository
public class IdempotencyStore {
    private final IdempotencyRepository keys;

    IdempotencyStore(IdempotencyRepository keys) {
        this.keys = keys;
    }

    public Optional<IdempotencyRow> find(String key) {
        return keys.findById(key).map(IdempotencyEntity::row);
    }

    /** Takes a key for a request that is about to run; false if it is taken. */
    public boolean begin(String key, String fingerprint, UUID resourceId, Instant now) {
        var entity = new IdempotencyEntity();
        entity.key = key;
        entity.fingerprint = fingerprint;
        entity.resourceId = resourceId;
        entity.createdAt = now;
        try {
            keys.saveAndFlush(entity);
            return true;
        } catch (DataIntegrityViolationException e) {
            if (keys.existsById(key)) {
                return false;
            }
            throw e;
        }
    }

    @Transactional
    public void complete(String key, String location, String answer) {
        keys.findById(key)
                .ifPresent(entity -> {
                    entity.location = location;
                    entity.answer = answer;
                });
    }

    /** Frees a key whose request had no effect. */
    @Transactional
    public void forget(String key) {
        keys.deleteById(key);
    }

    @Transactional
    public void forgetOlderThan(Instant limit) {
        keys.deleteOlderThan(limit);
    }
}

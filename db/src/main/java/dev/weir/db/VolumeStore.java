package dev.weir.db;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The remembered volumes. */
@Repository
public class VolumeStore {
    private final VolumeRepository volumes;

    VolumeStore(VolumeRepository volumes) {
        this.volumes = volumes;
    }

    public List<VolumeRow> all() {
        return volumes.findAll().stream().map(VolumeEntity::row).toList();
    }

    public Optional<VolumeRow> byId(UUID id) {
        return volumes.findById(id).map(VolumeEntity::row);
    }

    public Optional<VolumeRow> byName(String name) {
        return volumes.findByName(name).map(VolumeEntity::row);
    }

    /** Volumes of a pool, in whatever state. */
    public long count(UUID poolId) {
        return volumes.countByPoolId(poolId);
    }

    public long count() {
        return volumes.count();
    }

    public Page<VolumeRow> page(VolumeQuery query) {
        var direction = query.ascending() ? Sort.Direction.ASC : Sort.Direction.DESC;
        var sort = Sort.by(direction, query.order().property).and(Sort.by("name"));
        var request = PageRequest.of(query.page(), query.pageSize(), sort);
        var poolId = query.poolId();
        var found =
                poolId == null ? volumes.findAll(request) : volumes.findByPoolId(poolId, request);
        return new Page<>(
                found.getContent().stream().map(VolumeEntity::row).toList(),
                found.getTotalElements());
    }

    /** Remembers a new volume; false if the name is taken. */
    public boolean insert(VolumeRow volume) {
        try {
            volumes.saveAndFlush(VolumeEntity.of(volume));
            return true;
        } catch (DataIntegrityViolationException e) {
            if (volumes.findByName(volume.name()).isPresent()) {
                return false;
            }
            throw e;
        }
    }

    /** Changes name and size of a volume that exists; false if the name is taken. */
    public boolean update(UUID id, String name, long sizeBytes) {
        var volume = volumes.findById(id).orElseThrow();
        volume.name = name;
        volume.sizeBytes = sizeBytes;
        try {
            volumes.saveAndFlush(volume);
            return true;
        } catch (DataIntegrityViolationException e) {
            if (volumes.findByName(name).isPresent()) {
                return false;
            }
            throw e;
        }
    }

    /** Sets the state of all these volumes. */
    @Transactional
    public void setState(Collection<UUID> ids, VolumeState state) {
        for (var volume : volumes.findAllById(ids)) {
            volume.state = state;
        }
    }

    @Transactional
    public void delete(Collection<UUID> ids) {
        volumes.deleteAllByIdInBatch(ids);
    }
}

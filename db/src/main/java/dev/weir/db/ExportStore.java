package dev.weir.db;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The remembered exports. */
@Repository
public class ExportStore {
    private final ExportRepository exports;

    ExportStore(ExportRepository exports) {
        this.exports = exports;
    }

    public List<ExportRow> all() {
        return exports.findAll().stream().map(ExportEntity::row).toList();
    }

    public List<ExportRow> ofVolumes(Collection<UUID> volumeIds) {
        return exports.findByVolumeIdIn(volumeIds).stream().map(ExportEntity::row).toList();
    }

    public Optional<ExportRow> byId(UUID id) {
        return exports.findById(id).map(ExportEntity::row);
    }

    /** Remembers a new export; false if the volume has one for this protocol. */
    public boolean insert(ExportRow export) {
        try {
            exports.saveAndFlush(ExportEntity.of(export));
            return true;
        } catch (DataIntegrityViolationException e) {
            if (exports.findByVolumeIdAndProtocol(export.volumeId(), export.protocol())
                    .isPresent()) {
                return false;
            }
            throw e;
        }
    }

    @Transactional
    public void delete(UUID id) {
        exports.deleteById(id);
    }
}

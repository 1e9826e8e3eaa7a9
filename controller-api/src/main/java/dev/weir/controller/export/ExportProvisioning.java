package dev.weir.controller.export;

import dev.weir.controller.event.EventLog;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import dev.weir.db.ExportRow;
import dev.weir.db.ExportStore;
import dev.weir.db.IscsiExportStore;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeState;
import dev.weir.db.VolumeStore;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Offers volumes and withdraws them. The row is all there is to remember: an export is published
 * after its row was written and withdrawn after it was deleted, so a crash in between is repaired
 * by publishing what the rows say.
 */
@Component
class ExportProvisioning {
    private final ExportStore exports;
    private final IscsiExportStore iscsiExports;
    private final TargetPlaces places;
    private final VolumeStore volumes;
    private final OpenPools openPools;
    private final ExportPublication publication;
    private final EventLog events;
    private final Clock clock;

    /** Held while a place in a target is chosen and taken; inside the lock of a pool. */
    private final Object targets = new Object();

    ExportProvisioning(
            ExportStore exports,
            IscsiExportStore iscsiExports,
            TargetPlaces places,
            VolumeStore volumes,
            OpenPools openPools,
            ExportPublication publication,
            EventLog events,
            Clock clock) {
        this.exports = exports;
        this.iscsiExports = iscsiExports;
        this.places = places;
        this.volumes = volumes;
        this.openPools = openPools;
        this.publication = publication;
        this.events = events;
        this.clock = clock;
    }

    /** Creates an export; a repetition with the same id finds the first one's work. */
    ExportRow create(UUID id, VolumeRow volume, NewExport request) {
        var protocol = request.checkedProtocol();
        var lock = openPools.lock(volume.poolId());
        lock.lock();
        try {
            var existing = exports.byId(id);
            return existing.isPresent()
                    ? existing.get()
                    : create(id, current(volume), protocol, request);
        } finally {
            lock.unlock();
        }
    }

    private ExportRow create(UUID id, VolumeRow volume, String protocol, NewExport request) {
        var served =
                openPools
                        .volume(volume.poolId(), volume.id())
                        .filter(_ -> volume.state() == VolumeState.ONLINE)
                        .orElseThrow(() -> notOnline(volume));
        var export =
                new ExportRow(
                        id,
                        volume.id(),
                        protocol,
                        volume.name(),
                        request.isReadOnly(),
                        clock.instant());
        boolean inserted =
                ExportPublication.isIscsi(export)
                        ? insertIscsi(export, request.checkedIscsi())
                        : exports.insert(export);
        if (!inserted) {
            throw new Problem(
                            ProblemType.EXPORT_EXISTS,
                            "The volume %s is exported over %s already."
                                    .formatted(volume.name(), protocol),
                            "A volume has one export for each protocol.",
                            "Use the existing export, or delete it first.")
                    .with("volume", volume.name())
                    .exception();
        }
        publication.publish(export, served);
        events.append(
                "export.created",
                "volumes/" + volume.name(),
                "Volume %s exported over %s".formatted(volume.name(), protocol));
        return export;
    }

    private boolean insertIscsi(ExportRow export, NewExport.Iscsi wanted) {
        if (exports.ofVolumes(List.of(export.volumeId())).stream()
                .anyMatch(ExportPublication::isIscsi)) {
            return false;
        }
        synchronized (targets) {
            return iscsiExports.insert(export, places.place(export.id(), export.name(), wanted));
        }
    }

    /** Under the lock of the pool, as creating is, and as opening a pool anew is. */
    void delete(ExportRow export) {
        var volume = volumes.byId(export.volumeId());
        if (volume.isEmpty()) {
            return; // its exports went with it
        }
        var lock = openPools.lock(volume.get().poolId());
        lock.lock();
        try {
            withdraw(export);
        } finally {
            lock.unlock();
        }
        events.append(
                "export.deleted",
                "volumes/" + export.name(),
                "Volume %s no longer exported over %s".formatted(export.name(), export.protocol()));
    }

    private void withdraw(ExportRow export) {
        if (ExportPublication.isIscsi(export)) {
            // A place that the rows call free must not be in use any more.
            synchronized (targets) {
                exports.delete(export.id());
                publication.withdraw(export);
            }
        } else {
            exports.delete(export.id());
            publication.withdraw(export);
        }
    }

    /** The volume as it is now that nobody else can change it. */
    private VolumeRow current(VolumeRow volume) {
        return volumes.byId(volume.id()).orElseThrow(() -> Problems.unknownVolume(volume.name()));
    }

    private static RuntimeException notOnline(VolumeRow volume) {
        return new Problem(
                        ProblemType.VOLUME_NOT_ONLINE,
                        "The volume %s is not online.".formatted(volume.name()),
                        "Its pool does not serve, or does not have it.",
                        "GET /api/v1/status says what is amiss.")
                .with("volume", volume.name())
                .exception();
    }
}

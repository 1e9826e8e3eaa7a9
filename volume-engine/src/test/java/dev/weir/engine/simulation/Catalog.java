package dev.weir.engine.simulation;

import dev.weir.engine.Pool;
import dev.weir.engine.Volume;
import dev.weir.engine.simulation.Violation.Promise;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which volumes there are, by what names and sizes: every change is durable when its call returned,
 * and may have happened or not if it was in flight in a crash or failed on a device. Used from any
 * thread.
 */
final class Catalog {
    private final Map<UUID, VolumeModel> volumes = new LinkedHashMap<>();
    private final Set<UUID> creating = new HashSet<>();
    private final Set<UUID> deleting = new HashSet<>();
    private final Map<UUID, Long> resizing = new HashMap<>();
    private final Map<UUID, String> renaming = new HashMap<>();
    private long tags;

    /** A create begins; the volume is not yet among {@link #volumes}. */
    synchronized VolumeModel create(UUID id, long sizeBytes) {
        tags++;
        VolumeModel volume = new VolumeModel(id, tags, "v" + tags, sizeBytes);
        volumes.put(id, volume);
        creating.add(id);
        return volume;
    }

    synchronized void created(VolumeModel volume) {
        creating.remove(volume.id());
    }

    synchronized void createFailed(VolumeModel volume) {
        creating.remove(volume.id());
        volumes.remove(volume.id());
    }

    /** A delete begins; the volume is no longer among {@link #volumes}. */
    synchronized void delete(VolumeModel volume) {
        deleting.add(volume.id());
    }

    synchronized void deleted(VolumeModel volume) {
        deleting.remove(volume.id());
        volumes.remove(volume.id());
    }

    synchronized boolean gone(VolumeModel volume) {
        return deleting.contains(volume.id()) || !volumes.containsKey(volume.id());
    }

    synchronized void resize(VolumeModel volume, long sizeBytes) {
        resizing.put(volume.id(), sizeBytes);
    }

    synchronized void resized(VolumeModel volume, long sizeBytes) {
        resizing.remove(volume.id());
        volume.resize(sizeBytes);
    }

    synchronized void resizeRefused(VolumeModel volume) {
        resizing.remove(volume.id());
    }

    synchronized void rename(VolumeModel volume, String name) {
        renaming.put(volume.id(), name);
    }

    synchronized void renamed(VolumeModel volume, String name) {
        renaming.remove(volume.id());
        volume.rename(name);
    }

    synchronized List<VolumeModel> volumes() {
        return volumes.values().stream()
                .filter(v -> !creating.contains(v.id()) && !deleting.contains(v.id()))
                .toList();
    }

    /**
     * Takes over what became of calls that were in flight or failed, and checks everything else.
     */
    synchronized void reconcile(Pool pool) {
        check(pool);
        volumes.values().forEach(VolumeModel::crashed);
        volumes.keySet().removeIf(id -> pool.volume(id).isEmpty());
        for (VolumeModel model : volumes.values()) {
            pool.volume(model.id()).ifPresent(volume -> takeOver(model, volume));
        }
        creating.clear();
        deleting.clear();
        resizing.clear();
        renaming.clear();
    }

    /** Checks that the pool has these volumes and no others. */
    synchronized void check(Pool pool) {
        for (Volume volume : pool.volumes()) {
            VolumeModel model = volumes.get(volume.id());
            if (model == null) {
                throw wrong("volume " + volume.name() + " is there and should not be");
            }
            check(model, volume);
        }
        for (VolumeModel model : volumes.values()) {
            boolean undecided = creating.contains(model.id()) || deleting.contains(model.id());
            if (!undecided && pool.volume(model.id()).isEmpty()) {
                throw wrong(model + " is lost");
            }
        }
    }

    private void check(VolumeModel model, Volume volume) {
        long size = volume.sizeBytes();
        Long wantedSize = resizing.get(model.id());
        if (size != model.sizeBytes() && (wantedSize == null || size != wantedSize)) {
            throw wrong(
                    "%s has %d bytes, should have %d".formatted(model, size, model.sizeBytes()));
        }
        if (!volume.name().equals(model.name())
                && !volume.name().equals(renaming.get(model.id()))) {
            throw wrong("%s is named %s, not %s".formatted(model, volume.name(), model.name()));
        }
    }

    private static void takeOver(VolumeModel model, Volume volume) {
        if (volume.sizeBytes() != model.sizeBytes()) {
            model.resize(volume.sizeBytes());
        }
        model.rename(volume.name());
    }

    private static Violation wrong(String what) {
        return new Violation(Promise.METADATA_WRONG, what);
    }
}

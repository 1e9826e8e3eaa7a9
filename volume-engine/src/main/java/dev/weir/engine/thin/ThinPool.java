package dev.weir.engine.thin;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.PoolUsage;
import dev.weir.engine.RecoveryReport;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import dev.weir.engine.metadata.ExtentId;
import dev.weir.engine.metadata.JournalRecord;
import dev.weir.engine.metadata.Member;
import dev.weir.engine.metadata.MetadataStore;
import dev.weir.engine.metadata.PoolFormatter;
import dev.weir.engine.metadata.PoolLoader;
import dev.weir.engine.metadata.VolumeEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An open pool of thin volumes. Usable from any thread; creating and deleting volumes, adding
 * devices and closing happen one after the other.
 */
public final class ThinPool implements Pool {
    private final MetadataStore metadata;
    private final RecoveryReport recovery;
    private final GracePeriod grace = new GracePeriod();
    private final LeafStore leaves = new LeafStore();
    private final FreeExtents freeExtents;
    private final Services services;
    private final Reclaimer reclaimer;
    private final Compactor compactor;
    private final Maintenance maintenance;
    private final Map<UUID, ThinVolume> volumes = new ConcurrentHashMap<>();

    /** Spaces of deleted volumes whose extents are not yet back in the pool. */
    private final List<VolumeSpace> orphans = new CopyOnWriteArrayList<>();

    /** Guards creating and deleting volumes, adding devices, and closing. */
    private final Object changes = new Object();

    /** Whether recovery lost a part of the maps; set before anybody sees the pool. */
    private boolean mappingsLost;

    private boolean closed;

    private ThinPool(PoolLoader.Loaded loaded, boolean automaticMaintenance)
            throws StorageException {
        this.metadata = loaded.store();
        this.freeExtents = new FreeExtents(metadata);
        metadata.members().all().forEach(freeExtents::addMember);
        this.reclaimer = new Reclaimer(metadata, grace, freeExtents, leaves);
        this.maintenance = new Maintenance(metadata.name(), this::runMaintenance);
        this.services =
                new Services(
                        metadata,
                        grace,
                        leaves,
                        freeExtents,
                        new PoolUpkeep(maintenance, reclaimer, this::spaces));
        this.compactor = new Compactor(services, reclaimer);
        List<String> damage = new ArrayList<>(loaded.damage());
        recover(damage);
        this.recovery =
                new RecoveryReport(loaded.checkpoint(), loaded.replayed(), List.copyOf(damage));
        maintenance.hint();
        if (automaticMaintenance) {
            maintenance.start();
        }
    }

    /** Formats devices as a new pool. */
    public static ThinPool format(
            PoolSpec spec, List<AttachedDevice> devices, boolean automaticMaintenance)
            throws StorageException {
        MetadataStore metadata = PoolFormatter.format(spec, devices);
        return new ThinPool(
                new PoolLoader.Loaded(metadata, metadata.sequence(), 0, List.of()),
                automaticMaintenance);
    }

    /** Opens a pool from its devices. */
    public static ThinPool open(List<AttachedDevice> devices, boolean automaticMaintenance)
            throws StorageException {
        return new ThinPool(PoolLoader.load(devices), automaticMaintenance);
    }

    /** Builds the maps from the slot tables. Slots that name a volume that is gone are free. */
    private void recover(List<String> damage) throws StorageException {
        Map<Integer, ThinVolume> byNumber = new HashMap<>();
        for (VolumeEntry entry : metadata.volumes()) {
            ThinVolume volume = new ThinVolume(entry, services);
            byNumber.put(entry.number(), volume);
            volumes.put(entry.id(), volume);
        }
        boolean[] lost = {false};
        metadata.forEachUsedSlot(
                (extent, slot, number, grain) -> {
                    ThinVolume volume = byNumber.get(number);
                    if (volume != null && !recover(volume, extent, slot, grain)) {
                        damage.add(
                                "grain "
                                        + grain
                                        + " of the volume "
                                        + volume.name()
                                        + " is in two places");
                    }
                },
                (first, last, message) -> {
                    damage.add(message);
                    lost[0] = true;
                    for (int extent = first; extent <= last; extent++) {
                        freeExtents.claim(extent);
                    }
                });
        for (Member member : metadata.members().all()) {
            lost[0] |= !metadata.knowsSlotsOf(member.index());
        }
        mappingsLost = lost[0];
        if (mappingsLost) {
            byNumber.values().forEach(volume -> volume.grains().loseMappings());
        }
    }

    private boolean recover(ThinVolume volume, int extent, int slot, long grain) {
        if (!volume.grains().recover(grain, extent, slot)) {
            return false;
        }
        freeExtents.claim(extent);
        Member member = metadata.members().get(ExtentId.member(extent));
        volume.space()
                .claim(
                        extent,
                        slot,
                        () ->
                                new Extent(
                                        extent,
                                        member,
                                        member.extentOffset(ExtentId.local(extent)),
                                        metadata.geometry().slotsPerExtent(),
                                        false));
        return true;
    }

    /** Runs a round of maintenance now; returns whether another one may find work. */
    public boolean runMaintenance() throws StorageException {
        if (metadata.wantsCheckpoint()) {
            metadata.checkpoint();
        }
        boolean any = reclaimer.run(spaces());
        orphans.removeIf(space -> space.extentCount() == 0);
        StorageException failed = null;
        for (ThinVolume volume : volumes.values()) {
            try {
                any |= compactor.run(volume);
            } catch (StorageException e) {
                // The trouble of one volume must not keep others from their compaction.
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
        return any;
    }

    @Override
    public PoolSpec spec() {
        return new PoolSpec(
                metadata.poolId(),
                metadata.name(),
                metadata.geometry().extentBytes(),
                metadata.geometry().grainBytes());
    }

    @Override
    public PoolUsage usage() {
        long extentBytes = metadata.geometry().extentBytes();
        long total = freeExtents.totalExtents();
        long free = freeExtents.freeExtents();
        long mapped = volumes.values().stream().mapToLong(Volume::mappedBytes).sum();
        long promised = volumes.values().stream().mapToLong(Volume::sizeBytes).sum();
        return new PoolUsage(
                total * extentBytes, Math.max(0, total - free) * extentBytes, mapped, promised);
    }

    @Override
    public List<PoolDevice> devices() {
        // A member that is being added is listed once its extents are known.
        return metadata.members().all().stream()
                .limit(freeExtents.memberCount())
                .map(this::device)
                .toList();
    }

    private PoolDevice device(Member member) {
        long extentBytes = metadata.geometry().extentBytes();
        long total = freeExtents.totalExtents(member.index());
        long free = freeExtents.freeExtents(member.index());
        PoolDevice.State state =
                member.isMissing()
                        ? PoolDevice.State.MISSING
                        : member.trouble().isEmpty()
                                ? PoolDevice.State.ONLINE
                                : PoolDevice.State.FAILED;
        return new PoolDevice(
                member.id(),
                member.index(),
                member.path(),
                member.sizeBytes(),
                total * extentBytes,
                Math.max(0, total - free) * extentBytes,
                state);
    }

    @Override
    public RecoveryReport recovery() {
        return recovery;
    }

    @Override
    public boolean mappingsLost() {
        return mappingsLost;
    }

    @Override
    public PoolDevice addDevice(AttachedDevice attached) throws StorageException {
        synchronized (changes) {
            requireOpen();
            Member member = PoolFormatter.add(metadata, attached, freeExtents);
            freeExtents.addMember(member);
            return device(member);
        }
    }

    @Override
    public Volume createVolume(VolumeSpec spec) throws StorageException {
        ThinVolume.checkSize(spec.sizeBytes(), metadata.geometry().grainBytes());
        synchronized (changes) {
            requireOpen();
            ThinVolume existing = volumes.get(spec.id());
            if (existing != null) {
                return existing;
            }
            VolumeEntry entry =
                    new VolumeEntry(
                            metadata.newVolumeNumber(), spec.id(), spec.name(), spec.sizeBytes());
            metadata.append(new JournalRecord.VolumeSet(entry));
            flushMetadata();
            ThinVolume volume = new ThinVolume(entry, services);
            volumes.put(spec.id(), volume);
            return volume;
        }
    }

    @Override
    public Optional<Volume> volume(UUID id) {
        return Optional.ofNullable(volumes.get(id));
    }

    @Override
    public List<Volume> volumes() {
        return List.copyOf(volumes.values());
    }

    @Override
    public boolean deleteVolume(UUID id) throws StorageException {
        synchronized (changes) {
            requireOpen();
            ThinVolume volume = volumes.get(id);
            if (volume == null) {
                return false;
            }
            volume.recordRemoval();
            flushMetadata();
            volumes.remove(id);
            volume.close();
            volume.grains().forget();
            orphans.add(volume.space());
            volume.space().freeAll();
            maintenance.hint();
            return true;
        }
    }

    @Override
    public List<ExtentAllocation> extentAllocations() {
        List<ExtentAllocation> allocations = new ArrayList<>();
        int grainBytes = metadata.geometry().grainBytes();
        for (ThinVolume volume : volumes.values()) {
            volume.space()
                    .usage()
                    .forEach((extent, used) ->
                            allocations.add(
                                    new ExtentAllocation(
                                            extent.number(),
                                            volume.id(),
                                            extent.member().id(),
                                            extent.offsetBytes(),
                                            (long) used * grainBytes)));
        }
        return allocations;
    }

    @Override
    public long allocationRevision() {
        return freeExtents.revision();
    }

    @Override
    public void close() throws StorageException {
        synchronized (changes) {
            if (closed) {
                return;
            }
            closed = true;
            maintenance.close();
            volumes.values().forEach(ThinVolume::close);
            // A writer that ran out of space may still be reclaiming.
            synchronized (reclaimer) {
                try {
                    metadata.close();
                } finally {
                    leaves.close();
                }
            }
        }
    }

    private List<VolumeSpace> spaces() {
        List<VolumeSpace> spaces = new ArrayList<>(orphans);
        volumes.values().forEach(volume -> spaces.add(volume.space()));
        return spaces;
    }

    private void flushMetadata() throws StorageException {
        metadata.flush();
        metadata.requireJournal();
    }

    private void requireOpen() throws StorageException {
        if (closed) {
            throw new StorageException(new StorageFailure.Closed("the pool " + metadata.name()));
        }
    }
}

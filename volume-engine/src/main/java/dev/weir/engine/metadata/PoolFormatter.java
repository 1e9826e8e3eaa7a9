package dev.weir.engine.metadata;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Limits;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.metadata.DeviceRows.Mirror;
import dev.weir.engine.metadata.PagedTable.RootRef;
import dev.weir.engine.metadata.Superblock.DeviceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes devices into a pool, and further devices into members of one. */
public final class PoolFormatter {
    private static final Logger log = LoggerFactory.getLogger(PoolFormatter.class);

    private PoolFormatter() {}

    /**
     * Formats the devices; the pool is durable on return. Devices that belong to a pool already are
     * refused.
     */
    public static MetadataStore format(PoolSpec spec, List<AttachedDevice> devices)
            throws StorageException {
        if (devices.isEmpty() || devices.size() > Limits.MAX_DEVICES) {
            throw invalid("a pool has 1 to " + Limits.MAX_DEVICES + " devices");
        }
        long smallest = Long.MAX_VALUE;
        for (AttachedDevice attached : devices) {
            smallest = Math.min(smallest, attached.device().sizeBytes());
        }
        Geometry geometry = new Geometry(spec.extentBytes(), spec.grainBytes());
        PoolShape shape = PoolShape.forDeviceOf(smallest, geometry);

        Members members = new Members();
        Member first = newMember(0, devices.getFirst(), shape, spec.id());
        members.add(first);
        DeviceRow row =
                new DeviceRow(
                        first.id(),
                        first.sizeBytes(),
                        new RootRef(1, 0),
                        Superblock.NO_MIRROR,
                        0,
                        true,
                        false);
        Superblock initial =
                new Superblock(
                        spec.id(),
                        spec.name(),
                        0,
                        0,
                        1,
                        0,
                        shape,
                        1,
                        new RootRef(1, 0),
                        List.of(row));
        Journal journal =
                new Journal(
                        new JournalCodec(spec.id()), shape.journalBytes(), List.of(first), 1, 0);
        Catalog catalog =
                new Catalog(
                        PagedTable.empty(
                                "catalog",
                                VolumeEntry.BYTES,
                                shape.catalogEntries(),
                                List.of(
                                        new PagedTable.Home(
                                                first, first.layout().catalogOffset()))),
                        new ArrayList<>());
        List<@Nullable SlotTable> tables = new ArrayList<>();
        tables.add(
                new SlotTable(
                        PagedTable.empty(
                                "slot table 0",
                                SlotEntry.BYTES,
                                first.layout().slotEntries(),
                                List.of(
                                        new PagedTable.Home(
                                                first, first.layout().slotTableOffset()))),
                        geometry.slotsPerExtent()));
        Map<Integer, Mirror> noMirrors = new HashMap<>();
        MetadataStore store =
                new MetadataStore(initial, members, journal, catalog, tables, noMirrors);
        store.checkpoint();
        for (AttachedDevice further : devices.subList(1, devices.size())) {
            add(store, further, MirrorPlacement.FROM_THE_END);
        }
        return store;
    }

    /** Formats a device and adds it to an open pool; if that fails, the pool is as before. */
    public static Member add(MetadataStore store, AttachedDevice attached, MirrorPlacement free)
            throws StorageException {
        Members members = store.members();
        if (members.count() >= Limits.MAX_DEVICES) {
            throw invalid("a pool has at most " + Limits.MAX_DEVICES + " devices");
        }
        refuseKnown(members, attached);
        Member member = newMember(members.count(), attached, store.shape(), store.poolId());
        Mirror mirrorOfNew = mirrorOn(members.get(0), member.layout(), store, free);
        boolean added = false;
        try {
            reserve(members.get(0), mirrorOfNew, member.layout(), store.geometry());
            store.addMember(member, mirrorOfNew, mirrorOfFirstOn(member, store));
            added = true;
        } finally {
            if (!added && mirrorOfNew != null) {
                free.giveBack(
                        members.get(0),
                        mirrorOfNew.firstExtent(),
                        MetadataStore.mirrorExtents(member.layout(), store.geometry()));
            }
        }
        if (mirrorOfNew == null) {
            log.warn(
                    "The pool {} has no room for a second copy of the metadata of {}",
                    store.name(),
                    member);
        }
        return member;
    }

    private static @Nullable Mirror mirrorOn(
            Member host, DeviceLayout layout, MetadataStore store, MirrorPlacement free) {
        if (!host.isOnline()) {
            return null;
        }
        int count = MetadataStore.mirrorExtents(layout, store.geometry());
        return free.take(host, count, store.reservedExtents())
                .map(extent -> new Mirror(host.index(), extent))
                .orElse(null);
    }

    /** The second device of a pool holds the mirror of the first, which had none until now. */
    private static @Nullable Mirror mirrorOfFirstOn(Member member, MetadataStore store)
            throws StorageException {
        if (member.index() != 1) {
            return null;
        }
        DeviceLayout first = store.members().get(0).layout();
        Mirror mirror = mirrorOn(member, first, store, MirrorPlacement.FROM_THE_END);
        reserve(member, mirror, first, store.geometry());
        return mirror;
    }

    private static void reserve(
            Member host, @Nullable Mirror mirror, DeviceLayout mirrored, Geometry geometry)
            throws StorageException {
        if (mirror != null) {
            host.zero(
                    host.extentOffset(mirror.firstExtent()),
                    MetadataStore.mirrorExtents(mirrored, geometry) * geometry.extentBytes(),
                    ZeroMode.ALLOCATE);
        }
    }

    /** A device of the pool that is only missing holds data: formatting it would lose them. */
    private static void refuseKnown(Members members, AttachedDevice attached)
            throws StorageException {
        Optional<Superblock> existing = Superblock.read(attached.device());
        if (existing.isPresent()) {
            for (Member member : members.all()) {
                if (member.id().equals(existing.get().deviceId())) {
                    throw new StorageException(
                            new StorageFailure.InUse(
                                    attached.path(),
                                    "the pool "
                                            + existing.get().name()
                                            + ", whose device "
                                            + member.index()
                                            + " it is"));
                }
            }
        }
    }

    private static Member newMember(int index, AttachedDevice attached, PoolShape shape, UUID pool)
            throws StorageException {
        BlockDevice device = attached.device();
        long size = device.sizeBytes();
        if (size < Limits.MIN_DEVICE_BYTES || size > Limits.MAX_DEVICE_BYTES) {
            throw invalid(
                    "a device has "
                            + Limits.MIN_DEVICE_BYTES
                            + " to "
                            + Limits.MAX_DEVICE_BYTES
                            + " bytes, not "
                            + size);
        }
        Optional<Superblock> existing = Superblock.read(device);
        // A device of this very pool that no superblock names is left over from an addition that
        // was cut off.
        if (existing.isPresent() && !existing.get().poolId().equals(pool)) {
            throw new StorageException(
                    new StorageFailure.InUse(attached.path(), "the pool " + existing.get().name()));
        }
        DeviceLayout layout = DeviceLayout.of(size, shape);
        if (layout.extents() < 1) {
            throw invalid(
                    "a device of "
                            + size
                            + " bytes has no room for an extent of "
                            + shape.geometry().extentBytes()
                            + " bytes beside its metadata");
        }
        Member member =
                new Member(
                        index,
                        UUID.randomUUID(),
                        attached.path(),
                        device,
                        size,
                        layout,
                        shape.geometry());
        // Metadata space is held from the beginning, so that it can never run out.
        member.zero(0, layout.dataOffset(), ZeroMode.ALLOCATE);
        return member;
    }

    private static StorageException invalid(String reason) {
        return new StorageException(new StorageFailure.Invalid(reason));
    }
}

package dev.weir.engine.metadata;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Limits;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.metadata.MetadataStore.Mirror;
import dev.weir.engine.metadata.PagedTable.RootRef;
import dev.weir.engine.metadata.Superblock.DeviceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes devices into a pool, and further devices into members of one. */
public final class PoolFormatter {
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
            add(store, further, FreeExtents.FROM_THE_END);
        }
        return store;
    }

    /** Chooses extents for the mirror of a slot table. */
    public interface FreeExtents {

        /** Takes from the end of each device, on a pool whose extents nobody uses yet. */
        FreeExtents FROM_THE_END =
                (member, count, reserved) -> {
                    int end = member.layout().extents();
                    for (int extent : reserved) {
                        if (ExtentId.member(extent) == member.index()) {
                            end = Math.min(end, ExtentId.local(extent));
                        }
                    }
                    return end > count ? Optional.of(end - count) : Optional.empty();
                };

        /**
         * Takes neighbouring free extents of a member out of use for good; returns the first, or
         * none.
         *
         * @param reserved extents that hold other mirrors
         */
        Optional<Integer> take(Member member, int count, List<Integer> reserved);
    }

    /** Formats a device and adds it to an open pool. */
    public static Member add(MetadataStore store, AttachedDevice attached, FreeExtents free)
            throws StorageException {
        Members members = store.members();
        if (members.count() >= Limits.MAX_DEVICES) {
            throw invalid("a pool has at most " + Limits.MAX_DEVICES + " devices");
        }
        Member member = newMember(members.count(), attached, store.shape(), store.poolId());
        Mirror mirrorOfNew = null;
        Mirror mirrorOfFirst = null;
        int needed = MetadataStore.mirrorExtents(member.layout(), store.geometry());
        Member host = members.get(0);
        if (host.isOnline()) {
            mirrorOfNew =
                    free.take(host, needed, store.reservedExtents())
                            .map(extent -> new Mirror(0, extent))
                            .orElse(null);
        }
        if (member.index() == 1) {
            int count = MetadataStore.mirrorExtents(host.layout(), store.geometry());
            mirrorOfFirst =
                    FreeExtents.FROM_THE_END
                            .take(member, count, List.of())
                            .map(extent -> new Mirror(1, extent))
                            .orElse(null);
            reserve(member, mirrorOfFirst, count, store.geometry());
        }
        reserve(host, mirrorOfNew, needed, store.geometry());
        store.addMember(member, mirrorOfNew, mirrorOfFirst);
        return member;
    }

    private static void reserve(Member host, @Nullable Mirror mirror, int count, Geometry geometry)
            throws StorageException {
        if (mirror != null) {
            host.zero(
                    host.extentOffset(mirror.firstExtent()),
                    count * geometry.extentBytes(),
                    ZeroMode.ALLOCATE);
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

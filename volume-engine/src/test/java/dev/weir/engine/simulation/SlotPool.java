package dev.weir.engine.simulation;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.ExtentAllocation;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.PoolUsage;
import dev.weir.engine.RecoveryReport;
import dev.weir.engine.Volume;
import dev.weir.engine.VolumeSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The simplest pool that keeps its promises, to show that the simulation itself raises no false
 * alarm: every volume has one extent of the first device, and one header sector that says so. What
 * a volume wants to store beyond its first extent finds no space.
 *
 * <pre>
 * sector 0     pool: id, grain bytes
 * sector n     slot n: volume id, size, name, bitmap of its grains; or zeros
 * extent n     the bytes of slot n
 * </pre>
 */
final class SlotPool implements Pool {
    private static final int HEADER_BYTES = 512;
    private static final int NAME_OFFSET = 32;
    private static final int BITMAP_OFFSET = 128;

    /** Mistakes that it can be told to make. */
    enum PlantedBug {
        NONE,
        /** A new volume shows what the last one in its slot left. */
        STALE_SLOT,
        /** Headers are written but not synced. */
        VOLATILE_HEADERS,
        /** A flush is acknowledged and not done. */
        IGNORES_FLUSH
    }

    /** Makes and opens such pools. */
    record Engine(PlantedBug bug) implements EngineUnderTest {
        @Override
        public Pool format(PoolSpec spec, List<AttachedDevice> devices) throws StorageException {
            SlotPool pool = new SlotPool(spec, devices, bug);
            try (OffHeapMemory header = OffHeapMemory.allocate(HEADER_BYTES)) {
                header.setLong(0, spec.id().getMostSignificantBits());
                header.setLong(8, spec.id().getLeastSignificantBits());
                header.setLong(16, spec.extentBytes());
                header.setLong(24, spec.grainBytes());
                pool.device().write(0, header, 0, HEADER_BYTES, true);
            }
            return pool;
        }

        @Override
        public Pool open(List<AttachedDevice> devices) throws StorageException {
            try (OffHeapMemory header = OffHeapMemory.allocate(HEADER_BYTES)) {
                devices.getFirst().device().read(0, header, 0, HEADER_BYTES);
                UUID id = new UUID(header.getLong(0), header.getLong(8));
                PoolSpec spec =
                        new PoolSpec(
                                id,
                                "slots",
                                header.getLong(16),
                                Math.toIntExact(header.getLong(24)));
                SlotPool pool = new SlotPool(spec, devices, bug);
                pool.load();
                return pool;
            }
        }
    }

    private final PoolSpec spec;
    private final List<AttachedDevice> devices;
    private final PlantedBug bug;
    private final Map<Integer, SlotVolume> slots = new TreeMap<>();

    private SlotPool(PoolSpec spec, List<AttachedDevice> devices, PlantedBug bug) {
        this.spec = spec;
        this.devices = new ArrayList<>(devices);
        this.bug = bug;
    }

    BlockDevice device() {
        return devices.getFirst().device();
    }

    PlantedBug bug() {
        return bug;
    }

    @Override
    public PoolSpec spec() {
        return spec;
    }

    @Override
    public synchronized PoolUsage usage() {
        long allocated = slots.size() * spec.extentBytes();
        long mapped = volumes().stream().mapToLong(Volume::mappedBytes).sum();
        long virtual = volumes().stream().mapToLong(Volume::sizeBytes).sum();
        // Nothing is ever free: a volume cannot have a second extent.
        return new PoolUsage(allocated, allocated, mapped, virtual);
    }

    @Override
    public synchronized List<PoolDevice> devices() {
        List<PoolDevice> result = new ArrayList<>();
        for (AttachedDevice attached : devices) {
            long size = attached.device().sizeBytes();
            UUID id = new UUID(0, result.size());
            result.add(
                    new PoolDevice(
                            id,
                            result.size(),
                            attached.path(),
                            size,
                            size,
                            0,
                            PoolDevice.State.ONLINE));
        }
        return result;
    }

    @Override
    public RecoveryReport recovery() {
        return new RecoveryReport(0, 0, List.of());
    }

    @Override
    public synchronized PoolDevice addDevice(AttachedDevice device) {
        devices.add(device);
        return devices().getLast();
    }

    @Override
    public synchronized Volume createVolume(VolumeSpec volume) throws StorageException {
        Optional<Volume> existing = volume(volume.id());
        if (existing.isPresent()) {
            return existing.get();
        }
        int slot = 1;
        while (slots.containsKey(slot)) {
            slot++;
        }
        if ((slot + 1) * spec.extentBytes() > device().sizeBytes()) {
            throw new StorageException(new StorageFailure.NoSpace("slots"));
        }
        SlotVolume created =
                new SlotVolume(
                        this, slot, volume.id(), volume.name(), volume.sizeBytes(), new BitSet());
        if (bug != PlantedBug.STALE_SLOT) {
            created.clear();
        }
        store(created);
        slots.put(slot, created);
        return created;
    }

    @Override
    public synchronized Optional<Volume> volume(UUID id) {
        return volumes().stream().filter(volume -> volume.id().equals(id)).findAny();
    }

    @Override
    public synchronized List<Volume> volumes() {
        Collection<SlotVolume> all = slots.values();
        return List.copyOf(all);
    }

    @Override
    public synchronized boolean deleteVolume(UUID id) throws StorageException {
        for (SlotVolume volume : List.copyOf(slots.values())) {
            if (volume.id().equals(id)) {
                volume.delete();
                try (OffHeapMemory header = OffHeapMemory.allocate(HEADER_BYTES)) {
                    write(volume.slot(), header);
                }
                slots.remove(volume.slot());
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized List<ExtentAllocation> extentAllocations() {
        return slots.values().stream()
                .map(volume ->
                        new ExtentAllocation(
                                volume.slot(),
                                volume.id(),
                                new UUID(0, 0),
                                volume.slot() * spec.extentBytes(),
                                volume.mappedBytes()))
                .toList();
    }

    @Override
    public long allocationRevision() {
        return 0;
    }

    @Override
    public synchronized void close() throws StorageException {
        device().flush();
        for (AttachedDevice attached : devices) {
            attached.device().close();
        }
    }

    /** Writes the header of a volume, durably. */
    void store(SlotVolume volume) throws StorageException {
        try (OffHeapMemory header = OffHeapMemory.allocate(HEADER_BYTES)) {
            byte[] name = volume.name().getBytes(StandardCharsets.UTF_8);
            header.setLong(0, volume.id().getMostSignificantBits());
            header.setLong(8, volume.id().getLeastSignificantBits());
            header.setLong(16, volume.sizeBytes());
            header.copyFrom(name, 0, NAME_OFFSET, name.length);
            byte[] bitmap = volume.bitmap();
            header.copyFrom(bitmap, 0, BITMAP_OFFSET, bitmap.length);
            write(volume.slot(), header);
        }
    }

    private void write(int slot, OffHeapMemory header) throws StorageException {
        boolean durable = bug != PlantedBug.VOLATILE_HEADERS;
        device().write((long) slot * HEADER_BYTES, header, 0, HEADER_BYTES, durable);
    }

    private void load() throws StorageException {
        long count = device().sizeBytes() / spec.extentBytes();
        try (OffHeapMemory header = OffHeapMemory.allocate(HEADER_BYTES)) {
            for (int slot = 1; slot < count; slot++) {
                device().read((long) slot * HEADER_BYTES, header, 0, HEADER_BYTES);
                if (header.getLong(16) != 0) {
                    slots.put(slot, parse(slot, header));
                }
            }
        }
    }

    private SlotVolume parse(int slot, OffHeapMemory header) {
        byte[] name = new byte[BITMAP_OFFSET - NAME_OFFSET];
        header.copyTo(NAME_OFFSET, name, 0, name.length);
        int length = 0;
        while (name[length] != 0) {
            length++;
        }
        String text = new String(Arrays.copyOf(name, length), StandardCharsets.UTF_8);
        UUID id = new UUID(header.getLong(0), header.getLong(8));
        byte[] bitmap = new byte[HEADER_BYTES - BITMAP_OFFSET];
        header.copyTo(BITMAP_OFFSET, bitmap, 0, bitmap.length);
        return new SlotVolume(this, slot, id, text, header.getLong(16), BitSet.valueOf(bitmap));
    }
}

package dev.weir.engine.metadata;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.metadata.PagedTable.RootRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The root of everything on a device: which pool it belongs to, who else does, and where the last
 * checkpoint is. Each checkpoint overwrites the older of two copies, on every member.
 *
 * <pre>
 *    0  u32  CRC32C of bytes 4 to 4095
 *    4  u32  layout version
 *    8  8    "WEIRPOOL"
 *   16  16   pool id
 *   32  16   id of this device
 *   48  u32  index of this device        52  u32  number of devices
 *   56  u64  sequence: number of the checkpoint
 *   64  u64  incarnation: how often the pool was opened
 *   72  u64  position where the journal starts
 *   80  u64  extent size                 88  u32  grain size
 *   92  u32  entries of the catalog      96  u64  size of the journal ring
 *  104  u32  next volume number         108  u32  place of the catalog's root    112  u32  its checksum
 *  116  u32  bytes of the name          120  63   name in UTF-8
 *  256  64   for each device: id (16), size (8), place and checksum of its slot table's root (4 + 4),
 *            member that mirrors its slot table or -1 (4), first extent of the mirror there (4), flags (4)
 * </pre>
 *
 * @param index of the device that this copy is for
 */
record Superblock(
        UUID poolId,
        String name,
        int index,
        long sequence,
        long incarnation,
        long journalStart,
        PoolShape shape,
        int nextVolumeNumber,
        RootRef catalogRoot,
        List<DeviceRow> devices) {

    static final int LAYOUT_VERSION = 1;
    static final int BYTES = 4096;
    static final int NO_MIRROR = -1;

    private static final long MAGIC = 0x4c4f_4f50_5249_4557L; // "WEIRPOOL" in little-endian order
    private static final int CHECKSUM = 0;
    private static final int VERSION = 4;
    private static final int MAGIC_AT = 8;
    private static final int POOL_ID = 16;
    private static final int DEVICE_ID = 32;
    private static final int INDEX = 48;
    private static final int DEVICE_COUNT = 52;
    private static final int SEQUENCE = 56;
    private static final int INCARNATION = 64;
    private static final int JOURNAL_START = 72;
    private static final int EXTENT_BYTES = 80;
    private static final int GRAIN_BYTES = 88;
    private static final int CATALOG_ENTRIES = 92;
    private static final int JOURNAL_BYTES = 96;
    private static final int NEXT_VOLUME = 104;
    private static final int CATALOG_PLACE = 108;
    private static final int CATALOG_CHECKSUM = 112;
    private static final int NAME_LENGTH = 116;
    private static final int NAME = 120;
    private static final int MAX_NAME_BYTES = 63;
    private static final int DEVICES = 256;
    private static final int DEVICE_ROW_BYTES = 64;
    private static final int MAX_DEVICES = (BYTES - DEVICES) / DEVICE_ROW_BYTES;

    private static final int FLAG_METADATA_HOME = 1;
    private static final int FLAG_STALE = 2;

    /**
     * A device of the pool.
     *
     * @param mirror member that holds a second copy of its slot table, or {@link #NO_MIRROR}
     * @param mirrorExtent first of the neighbouring extents there that hold it
     * @param metadataHome it holds the journal and the catalog
     * @param stale its slot table missed changes, so nothing on it can be trusted
     */
    record DeviceRow(
            UUID id,
            long sizeBytes,
            RootRef slotRoot,
            int mirror,
            int mirrorExtent,
            boolean metadataHome,
            boolean stale) {}

    Superblock {
        devices = List.copyOf(devices);
    }

    UUID deviceId() {
        return devices.get(index).id();
    }

    void encode(OffHeapMemory memory) {
        memory.zero(0, BYTES);
        memory.setInt(VERSION, LAYOUT_VERSION);
        memory.setLong(MAGIC_AT, MAGIC);
        setUuid(memory, POOL_ID, poolId);
        setUuid(memory, DEVICE_ID, deviceId());
        memory.setInt(INDEX, index);
        memory.setInt(DEVICE_COUNT, devices.size());
        memory.setLong(SEQUENCE, sequence);
        memory.setLong(INCARNATION, incarnation);
        memory.setLong(JOURNAL_START, journalStart);
        memory.setLong(EXTENT_BYTES, shape.geometry().extentBytes());
        memory.setInt(GRAIN_BYTES, shape.geometry().grainBytes());
        memory.setInt(CATALOG_ENTRIES, shape.catalogEntries());
        memory.setLong(JOURNAL_BYTES, shape.journalBytes());
        memory.setInt(NEXT_VOLUME, nextVolumeNumber);
        memory.setInt(CATALOG_PLACE, catalogRoot.place());
        memory.setInt(CATALOG_CHECKSUM, catalogRoot.checksum());
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        memory.setInt(NAME_LENGTH, utf8.length);
        memory.copyFrom(utf8, 0, NAME, utf8.length);
        for (int i = 0; i < devices.size(); i++) {
            encodeRow(devices.get(i), memory, DEVICES + (long) i * DEVICE_ROW_BYTES);
        }
        memory.setInt(CHECKSUM, memory.crc32c(VERSION, BYTES - VERSION));
    }

    /**
     * The newest intact superblock of a device, or none if it has none. Fails on a layout that is
     * newer than this.
     */
    static Optional<Superblock> read(BlockDevice device) throws StorageException {
        Optional<Superblock> newest = Optional.empty();
        if (device.sizeBytes() < 2L * DeviceLayout.SUPERBLOCK_BYTES) {
            return newest;
        }
        try (OffHeapMemory memory = OffHeapMemory.allocate(BYTES)) {
            for (int copy = 0; copy < 2; copy++) {
                device.read(DeviceLayout.superblockOffset(copy), memory, 0, BYTES);
                Optional<Superblock> found = decode(memory);
                if (found.isPresent()
                        && (newest.isEmpty() || found.get().sequence() > newest.get().sequence())) {
                    newest = found;
                }
            }
        }
        return newest;
    }

    private static Optional<Superblock> decode(OffHeapMemory memory) throws StorageException {
        if (memory.getLong(MAGIC_AT) != MAGIC
                || memory.getInt(CHECKSUM) != memory.crc32c(VERSION, BYTES - VERSION)) {
            return Optional.empty();
        }
        int version = memory.getInt(VERSION);
        if (version > LAYOUT_VERSION) {
            throw new StorageException(
                    new StorageFailure.Unsupported(
                            "pool layout version "
                                    + version
                                    + " (this program knows up to "
                                    + LAYOUT_VERSION
                                    + ")"));
        }
        int count = memory.getInt(DEVICE_COUNT);
        int index = memory.getInt(INDEX);
        if (count < 1 || count > MAX_DEVICES || index < 0 || index >= count) {
            return Optional.empty();
        }
        byte[] utf8 = new byte[Math.clamp(memory.getInt(NAME_LENGTH), 0, MAX_NAME_BYTES)];
        memory.copyTo(NAME, utf8, 0, utf8.length);
        List<DeviceRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(decodeRow(memory, DEVICES + (long) i * DEVICE_ROW_BYTES));
        }
        Geometry geometry = new Geometry(memory.getLong(EXTENT_BYTES), memory.getInt(GRAIN_BYTES));
        return Optional.of(
                new Superblock(
                        uuid(memory, POOL_ID),
                        new String(utf8, StandardCharsets.UTF_8),
                        index,
                        memory.getLong(SEQUENCE),
                        memory.getLong(INCARNATION),
                        memory.getLong(JOURNAL_START),
                        new PoolShape(
                                geometry,
                                memory.getLong(JOURNAL_BYTES),
                                memory.getInt(CATALOG_ENTRIES)),
                        memory.getInt(NEXT_VOLUME),
                        new RootRef(memory.getInt(CATALOG_PLACE), memory.getInt(CATALOG_CHECKSUM)),
                        rows));
    }

    private static void encodeRow(DeviceRow row, OffHeapMemory memory, long at) {
        setUuid(memory, at, row.id());
        memory.setLong(at + 16, row.sizeBytes());
        memory.setInt(at + 24, row.slotRoot().place());
        memory.setInt(at + 28, row.slotRoot().checksum());
        memory.setInt(at + 32, row.mirror());
        memory.setInt(at + 36, row.mirrorExtent());
        memory.setInt(
                at + 40,
                (row.metadataHome() ? FLAG_METADATA_HOME : 0) | (row.stale() ? FLAG_STALE : 0));
    }

    private static DeviceRow decodeRow(OffHeapMemory memory, long at) {
        int flags = memory.getInt(at + 40);
        return new DeviceRow(
                uuid(memory, at),
                memory.getLong(at + 16),
                new RootRef(memory.getInt(at + 24), memory.getInt(at + 28)),
                memory.getInt(at + 32),
                memory.getInt(at + 36),
                (flags & FLAG_METADATA_HOME) != 0,
                (flags & FLAG_STALE) != 0);
    }

    private static void setUuid(OffHeapMemory memory, long at, UUID id) {
        memory.setLong(at, id.getMostSignificantBits());
        memory.setLong(at + 8, id.getLeastSignificantBits());
    }

    private static UUID uuid(OffHeapMemory memory, long at) {
        return new UUID(memory.getLong(at), memory.getLong(at + 8));
    }
}

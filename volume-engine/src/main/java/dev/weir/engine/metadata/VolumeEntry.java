package dev.weir.engine.metadata;

import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.Limits;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What a pool remembers of a volume: an entry of the catalog.
 *
 * <pre>
 *   0  u32  volume number, 0 when the entry is free
 *   4  u32  0
 *   8  u64  virtual size in bytes
 *  16  u64  id, most significant half
 *  24  u64  id, least significant half
 *  32  u32  bytes of the name
 *  36  63   name in UTF-8
 *  99  29   0
 * </pre>
 *
 * @param number short identity inside the pool; never used again after a delete
 */
public record VolumeEntry(int number, UUID id, String name, long sizeBytes) {
    static final int BYTES = 128;
    private static final int NUMBER = 0;
    private static final int SIZE = 8;
    private static final int ID_HIGH = 16;
    private static final int ID_LOW = 24;
    private static final int NAME_LENGTH = 32;
    private static final int NAME = 36;
    private static final int MAX_NAME_BYTES = 63;

    public VolumeEntry {
        Limits.checkName(name);
    }

    void encode(OffHeapMemory memory, long offset) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        memory.zero(offset, BYTES);
        memory.setInt(offset + NUMBER, number);
        memory.setLong(offset + SIZE, sizeBytes);
        memory.setLong(offset + ID_HIGH, id.getMostSignificantBits());
        memory.setLong(offset + ID_LOW, id.getLeastSignificantBits());
        memory.setInt(offset + NAME_LENGTH, utf8.length);
        memory.copyFrom(utf8, 0, offset + NAME, utf8.length);
    }

    static boolean isFree(OffHeapMemory memory, long offset) {
        return memory.getInt(offset + NUMBER) == 0;
    }

    static VolumeEntry decode(OffHeapMemory memory, long offset) {
        byte[] utf8 = new byte[Math.clamp(memory.getInt(offset + NAME_LENGTH), 0, MAX_NAME_BYTES)];
        memory.copyTo(offset + NAME, utf8, 0, utf8.length);
        return new VolumeEntry(
                memory.getInt(offset + NUMBER),
                new UUID(memory.getLong(offset + ID_HIGH), memory.getLong(offset + ID_LOW)),
                new String(utf8, StandardCharsets.UTF_8),
                memory.getLong(offset + SIZE));
    }
}

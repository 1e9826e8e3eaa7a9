package dev.weir.engine;

/**
 * How full a pool is, in bytes.
 *
 * @param totalBytes space for data on all devices; without metadata
 * @param allocatedBytes space held by volumes, in whole extents
 * @param mappedBytes grains that hold data
 * @param virtualBytes sum of what the volumes were promised
 */
public record PoolUsage(long totalBytes, long allocatedBytes, long mappedBytes, long virtualBytes) {

    public long freeBytes() {
        return totalBytes - allocatedBytes;
    }
}

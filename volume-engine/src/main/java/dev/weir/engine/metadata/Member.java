package dev.weir.engine.metadata;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A device in its place in a pool, and whether it can be relied on. Usable from any thread.
 *
 * <pre>
 *  online --(flush failed, or metadata could not be written)--> failed      until the pool is opened again
 *  missing                                                                  for as long as the pool is open
 * </pre>
 *
 * An I/O error on data fails that request alone; it is noted, so that people hear of it. A failed
 * member still serves reads. Its writes fail, because nothing could be promised about them.
 */
public final class Member {
    private final int index;
    private final UUID id;
    private final String path;
    private final @Nullable BlockDevice device;
    private final long sizeBytes;
    private final DeviceLayout layout;
    private final Geometry geometry;

    /** Set after each change that a flush must cover, cleared before the flush starts. */
    private volatile boolean dirty;

    private volatile @Nullable String failure;

    /** The first I/O error on data, which took nothing out of service. */
    private volatile @Nullable String fault;

    Member(
            int index,
            UUID id,
            String path,
            @Nullable BlockDevice device,
            long sizeBytes,
            DeviceLayout layout,
            Geometry geometry) {
        this.index = index;
        this.id = id;
        this.path = path;
        this.device = device;
        this.sizeBytes = sizeBytes;
        this.layout = layout;
        this.geometry = geometry;
        // What an earlier process left in the page cache is not yet durable.
        this.dirty = device != null;
    }

    public int index() {
        return index;
    }

    public UUID id() {
        return id;
    }

    public String path() {
        return path;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    public DeviceLayout layout() {
        return layout;
    }

    public boolean isMissing() {
        return device == null;
    }

    public boolean isOnline() {
        return device != null && failure == null;
    }

    /** What went wrong with it since the pool was opened, if anything did. */
    public Optional<String> trouble() {
        String reason = failure;
        return Optional.ofNullable(reason == null ? fault : reason);
    }

    /** Where the bytes of one of its extents start. */
    public long extentOffset(int localExtent) {
        return layout.dataOffset() + localExtent * geometry.extentBytes();
    }

    public void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        try {
            within(offset, length);
            present().read(offset, destination, destinationOffset, length);
        } catch (StorageException e) {
            throw noted(e);
        }
    }

    public void write(long offset, OffHeapMemory source, long sourceOffset, long length)
            throws StorageException {
        try {
            within(offset, length);
            online().write(offset, source, sourceOffset, length, false);
        } catch (StorageException e) {
            throw noted(e);
        }
        markDirty();
    }

    public void zero(long offset, long length, ZeroMode mode) throws StorageException {
        try {
            within(offset, length);
            online().zero(offset, length, mode, false);
        } catch (StorageException e) {
            throw noted(e);
        }
        markDirty();
    }

    public void cache(long offset, long length) throws StorageException {
        present().cache(offset, length);
    }

    void blockStatus(long offset, long length, BlockStatusVisitor visitor) throws StorageException {
        present().blockStatus(offset, length, visitor);
    }

    /** Whether the device itself knows that the range reads as zeros. */
    public boolean isKnownZero(long offset, long length) throws StorageException {
        boolean[] zeros = {true};
        long[] seen = {0};
        blockStatus(
                offset,
                length,
                (run, _, zero) -> {
                    zeros[0] &= zero;
                    seen[0] += run;
                    return zero;
                });
        return zeros[0] && seen[0] >= length;
    }

    /**
     * Makes what was written durable; a failure is final for this member. Does nothing on one that
     * is not online.
     */
    void flush() {
        BlockDevice target = device;
        if (target == null || failure != null || !dirty) {
            return;
        }
        dirty = false;
        try {
            target.flush();
        } catch (StorageException e) {
            fail("flush: " + e.getMessage());
        }
    }

    /** Takes the member out of service for writes. */
    void fail(String reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    /** Fails unless the member is online. */
    public void requireOnline() throws StorageException {
        online();
    }

    void close() throws StorageException {
        if (device != null) {
            device.close();
        }
    }

    @Override
    public String toString() {
        return path;
    }

    private StorageException noted(StorageException e) {
        if (fault == null && e.failure() instanceof StorageFailure.DeviceFailed failed) {
            fault = failed.reason();
        }
        return e;
    }

    /** A device that became shorter fails what it lost, and nothing else. */
    private void within(long offset, long length) throws StorageException {
        if (!Ranges.within(offset, length, present().sizeBytes())) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed(
                            path, "it is shorter than when it was formatted"));
        }
    }

    private void markDirty() {
        if (!dirty) {
            dirty = true;
        }
    }

    private BlockDevice online() throws StorageException {
        BlockDevice target = present();
        String reason = failure;
        if (reason != null) {
            throw new StorageException(new StorageFailure.DeviceFailed(path, reason));
        }
        return target;
    }

    private BlockDevice present() throws StorageException {
        BlockDevice target = device;
        if (target == null) {
            throw new StorageException(new StorageFailure.DeviceFailed(path, "it is missing"));
        }
        return target;
    }
}

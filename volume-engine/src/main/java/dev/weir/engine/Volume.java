package dev.weir.engine;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import java.util.UUID;

/**
 * A thin volume: a {@link BlockDevice} whose space comes from its pool as it is written.
 *
 * <p>The pool owns it; {@link #close} is for the pool alone. All methods may be called from any
 * thread.
 */
public interface Volume extends BlockDevice {

    UUID id();

    String name();

    /** Bytes of grains that hold data. */
    long mappedBytes();

    /** Bytes of pool space held for this volume, in whole extents. */
    long allocatedBytes();

    /**
     * Changes the virtual size, durably, and tells the size listeners. A shrink that would cut off
     * mapped data fails with {@link dev.weir.blockio.StorageFailure.ShrinkUnsafe}.
     */
    void resize(long newSizeBytes) throws StorageException;

    /** Changes the name kept on the devices, durably. */
    void rename(String newName) throws StorageException;
}

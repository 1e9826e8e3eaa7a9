package dev.weir.engine;

import dev.weir.blockio.StorageException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Devices that share their capacity, and the volumes that live on it. Made by {@link Pools}.
 *
 * <p>All methods may be called from any thread. Every change is durable, also against a loss of
 * power, when its method returns.
 */
public interface Pool extends AutoCloseable {

    PoolSpec spec();

    PoolUsage usage();

    List<PoolDevice> devices();

    RecoveryReport recovery();

    /**
     * Whether it is not known where all data is, because a table of a device was lost: any grain of
     * any volume may answer with an I/O error.
     */
    default boolean mappingsLost() {
        return false;
    }

    /** Formats the device and adds its capacity to the pool, which goes on serving. */
    PoolDevice addDevice(AttachedDevice device) throws StorageException;

    /**
     * Creates a volume; an existing one with the same id is returned unchanged, so that a create
     * that was interrupted can be repeated.
     */
    Volume createVolume(VolumeSpec spec) throws StorageException;

    Optional<Volume> volume(UUID id);

    List<Volume> volumes();

    /**
     * Deletes a volume and gives back its space; returns whether there was one. Its handle fails
     * from now on.
     */
    boolean deleteVolume(UUID id) throws StorageException;

    /** What is where, as of now. */
    List<ExtentAllocation> extentAllocations();

    /** Changes whenever {@link #extentAllocations} may have changed. */
    long allocationRevision();

    /** Writes a checkpoint and closes the devices. */
    @Override
    void close() throws StorageException;
}

package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.file.FileDevice;
import dev.weir.engine.AttachedDevice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Device files as the engine takes them. */
public final class DeviceFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceFiles.class);

    private DeviceFiles() {}

    /** Makes a new device file; one that holds anything is refused. */
    static AttachedDevice create(Path path, long sizeBytes) throws StorageException {
        return new AttachedDevice(path.toString(), FileDevice.create(path, sizeBytes));
    }

    public static AttachedDevice open(Path path) throws StorageException {
        return new AttachedDevice(path.toString(), FileDevice.open(path));
    }

    /** Opens what an interrupted creation left behind, or makes it if it did not come so far. */
    public static AttachedDevice openOrCreate(Path path, long sizeBytes) throws StorageException {
        return path.toFile().length() == 0 ? create(path, sizeBytes) : open(path);
    }

    /** Closes devices that no pool took. */
    public static void close(Collection<AttachedDevice> devices) {
        for (var attached : devices) {
            try {
                attached.device().close();
            } catch (StorageException e) {
                LOG.warn("Device {} was not closed in good order", attached.path(), e);
            }
        }
    }

    /** Leaves an empty file behind, which can become a device again. */
    static void empty(Path path) throws StorageException {
        try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(0);
        } catch (IOException e) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed(
                            path.toString(), "it could not be emptied: " + e.getMessage()));
        }
    }

    /** Removes the file of a device that was not made, or that is deleted. */
    public static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("The file {} of a device could not be removed", path, e);
        }
    }
}

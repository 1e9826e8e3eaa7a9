package dev.weir.controller.pool;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.file.FileDevice;
import dev.weir.engine.AttachedDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Removes a file that a failed creation made. */
    static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("The file {} of a device that could not be made is left behind", path, e);
        }
    }
}

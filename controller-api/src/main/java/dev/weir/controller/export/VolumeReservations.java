package dev.weir.controller.export;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.scsi.ReservationStore;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.PersistentReservationStore;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The persistent reservations of one volume, in the database. */
final class VolumeReservations implements ReservationStore {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeReservations.class);

    private final UUID volume;
    private final PersistentReservationStore store;
    private final DataDirectory directory;

    VolumeReservations(UUID volume, PersistentReservationStore store, DataDirectory directory) {
        this.volume = volume;
        this.store = store;
        this.directory = directory;
    }

    @Override
    public byte[] load() {
        return store.load(volume);
    }

    @Override
    public void save(byte[] state) throws StorageException {
        if (!directory.space().admitsDeletions()) {
            throw new StorageException(new StorageFailure.NoSpace("the database"));
        }
        try {
            store.save(volume, state);
        } catch (RuntimeException e) {
            LOG.error("The reservations of volume {} could not be kept", volume, e);
            throw new StorageException(
                    new StorageFailure.DeviceFailed(
                            "the database", "reservations could not be kept"));
        }
    }
}

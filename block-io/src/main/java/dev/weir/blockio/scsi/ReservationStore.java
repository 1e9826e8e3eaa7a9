package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;

/**
 * Where the persistent reservations of one logical unit survive a restart (SPC-4 5.13.5, APTPL).
 * What is stored is opaque and checks itself.
 */
public interface ReservationStore {

    /** The bytes saved last; empty when there are none. */
    byte[] load();

    /** Replaces what is stored; durable, and all or nothing, when it returns. */
    void save(byte[] state) throws StorageException;

    /** Forgets with the process. */
    static ReservationStore volatileStore() {
        return new ReservationStore() {
            private volatile byte[] kept = {};

            @Override
            public byte[] load() {
                return kept.clone();
            }

            @Override
            public void save(byte[] state) {
                kept = state.clone();
            }
        };
    }
}

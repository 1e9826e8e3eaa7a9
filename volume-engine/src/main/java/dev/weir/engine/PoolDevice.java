package dev.weir.engine;

import java.util.UUID;

/**
 * One device of a pool, as it is now.
 *
 * @param index position in the pool; fixed for its life
 * @param sizeBytes the whole device, metadata included
 * @param dataBytes what extents can use
 * @param allocatedBytes what volumes hold of that
 */
public record PoolDevice(
        UUID id,
        int index,
        String path,
        long sizeBytes,
        long dataBytes,
        long allocatedBytes,
        State state) {

    /** Whether the device serves. */
    public enum State {
        ONLINE,
        /** A read, write or flush failed since the pool was opened. What still works goes on. */
        FAILED,
        /** The pool knows it but it was not attached. */
        MISSING
    }
}

package dev.weir.blockio.nbd;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one client did; any thread may add and read. */
final class Traffic {
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();

    void answered() {
        requests.increment();
    }

    void read(long bytes) {
        bytesRead.add(bytes);
    }

    void written(long bytes) {
        bytesWritten.add(bytes);
    }

    long requests() {
        return requests.sum();
    }

    long bytesRead() {
        return bytesRead.sum();
    }

    long bytesWritten() {
        return bytesWritten.sum();
    }
}

package dev.weir.blockio.wire;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one client did; any thread may add and read. */
public final class Traffic {
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();

    public void answered() {
        requests.increment();
    }

    public void read(long bytes) {
        bytesRead.add(bytes);
    }

    public void written(long bytes) {
        bytesWritten.add(bytes);
    }

    public long requests() {
        return requests.sum();
    }

    public long bytesRead() {
        return bytesRead.sum();
    }

    public long bytesWritten() {
        return bytesWritten.sum();
    }
}

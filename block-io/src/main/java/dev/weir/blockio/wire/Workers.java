package dev.weir.blockio.wire;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for a device on behalf of one connection, so that its flush does not stall
 * its reads, nor those of any other connection. Bounded in threads, requests and bytes; threads
 * exist only while there is work.
 *
 * <p>Work is reserved and submitted by the connection's thread, which must not hold up replies
 * while it waits in {@link #reserve}: the work that it waits for has some to send.
 */
public final class Workers implements AutoCloseable {
    private static final long IDLE_SECONDS = 2;

    private final String name;
    private final int maxThreads;
    private final int maxRequests;
    private final long maxBytes;
    private @Nullable ThreadPoolExecutor threads;
    private int requests;
    private long bytes;

    /**
     * @param name of the threads, which a number follows
     */
    public Workers(String name, int maxThreads, int maxRequests, long maxBytes) {
        this.name = name;
        this.maxThreads = maxThreads;
        this.maxRequests = maxRequests;
        this.maxBytes = maxBytes;
    }

    /** Takes one request of this many bytes into account if there is room for it now. */
    public synchronized boolean tryReserve(long requestBytes) {
        // A request that alone is too much is let through alone: limits bound its size.
        if (requests > 0 && (requests == maxRequests || bytes + requestBytes > maxBytes)) {
            return false;
        }
        requests++;
        bytes += requestBytes;
        return true;
    }

    public synchronized boolean isBusy() {
        return requests > 0;
    }

    /** Waits until there is room. */
    public synchronized void reserve(long requestBytes) throws InterruptedException {
        while (!tryReserve(requestBytes)) {
            wait();
        }
    }

    /** Gives back what was reserved, once its work is done. */
    public synchronized void release(long requestBytes) {
        requests--;
        bytes -= requestBytes;
        notifyAll();
    }

    /** Runs reserved work, which releases its reservation in the end. */
    public void execute(Runnable work) {
        executor().execute(work);
    }

    /** Waits until all reserved work is done. */
    public synchronized void awaitIdle() throws InterruptedException {
        while (requests > 0) {
            wait();
        }
    }

    /** As {@link #awaitIdle}, where there is no way to go on before. */
    public synchronized void awaitIdleUninterruptibly() {
        boolean interrupted = false;
        while (requests > 0) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        if (threads != null) {
            threads.shutdown();
        }
    }

    private synchronized ThreadPoolExecutor executor() {
        if (threads == null) {
            threads =
                    new ThreadPoolExecutor(
                            maxThreads,
                            maxThreads,
                            IDLE_SECONDS,
                            TimeUnit.SECONDS,
                            new LinkedBlockingQueue<>(),
                            Thread.ofPlatform().daemon().name(name + "-worker-", 0).factory());
            threads.allowCoreThreadTimeOut(true);
        }
        return threads;
    }
}

package dev.weir.acceptance.lab;

import dev.weir.acceptance.lab.NbdClient.NbdError;
import dev.weir.acceptance.lab.NbdClient.Operation;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Writers on connections of their own that stamp random blocks of a {@link StampedVolume} until the
 * server dies: mostly writes of 4 to 32 KiB, some with FUA, some trims and zeros, a flush now and
 * then. One thread a connection; the maker waits and ends it.
 */
public final class StampedLoad implements AutoCloseable {
    private static final int BATCH = 16;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final StampedVolume volume;
    private final Semaphore acknowledged = new Semaphore(0);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new);
    private final List<Future<?>> writers = new ArrayList<>();

    /** A request that was sent and not yet answered. */
    private record Outstanding(long cookie, int firstBlock, int blocks, int sequence) {}

    private StampedLoad(StampedVolume volume) {
        this.volume = volume;
    }

    /** Connects every writer, and sets them to work. */
    public static StampedLoad start(
            StampedVolume volume, URI uri, int connections, SplittableRandom random)
            throws IOException {
        List<NbdClient> clients = new ArrayList<>();
        for (int connection = 0; connection < connections; connection++) {
            clients.add(NbdClient.connect(uri));
        }
        StampedLoad load = new StampedLoad(volume);
        for (int connection = 0; connection < connections; connection++) {
            int own = connection;
            SplittableRandom ownRandom = random.split();
            load.writers.add(
                    load.threads.submit(() ->
                            load.writeUntilDeath(clients.get(own), own, connections, ownRandom)));
        }
        return load;
    }

    /** Waits until this many more requests were acknowledged. */
    public void awaitAcknowledged(int requests) throws Exception {
        if (!acknowledged.tryAcquire(requests, LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            for (Future<?> writer : writers) {
                if (writer.isDone()) {
                    writer.get();
                }
            }
            throw new AssertionError(
                    "only " + acknowledged.availablePermits() + " acknowledged in " + LIMIT);
        }
    }

    /**
     * Waits until every writer has noticed that the server is gone; a writer that met an error
     * answer or a wrong reply fails the test.
     */
    public void awaitDeath() throws Exception {
        for (Future<?> writer : writers) {
            try {
                writer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError("a writer failed before the server died", e);
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Returns how many batches were acknowledged in full. */
    private int writeUntilDeath(NbdClient client, int own, int connections, SplittableRandom random)
            throws IOException {
        int batch = 0;
        try (client) {
            for (; !Thread.currentThread().isInterrupted(); batch++) {
                List<Outstanding> outstanding = new ArrayList<>(BATCH);
                int stripe = own + connections * random.nextInt(volume.stripes() / connections);
                for (int i = 0; i < BATCH; i++) {
                    outstanding.add(submit(client, stripe, random));
                    stripe = (stripe + connections) % volume.stripes();
                }
                client.send();
                awaitReplies(client, outstanding);
                if (batch % BATCH == 0) {
                    client.perform(Operation.FLUSH, 0, 0);
                }
            }
        } catch (NbdError e) {
            throw e;
        } catch (IOException e) {
            return batch;
        }
        return batch;
    }

    private Outstanding submit(NbdClient client, int stripe, SplittableRandom random)
            throws IOException {
        int skip = random.nextInt(StampedVolume.STRIPE_BLOCKS);
        int firstBlock = stripe * StampedVolume.STRIPE_BLOCKS + skip;
        int blocks = 1 + random.nextInt(StampedVolume.STRIPE_BLOCKS - skip);
        long offset = (long) firstBlock * StampedVolume.BLOCK_BYTES;
        int length = blocks * StampedVolume.BLOCK_BYTES;
        int kind = random.nextInt(16);
        int sequence = kind < 2 ? 0 : volume.nextSequence();
        volume.begin(firstBlock, blocks, sequence);
        long cookie =
                switch (kind) {
                    case 0 -> client.submit(Operation.TRIM, offset, length);
                    case 1 -> client.submit(Operation.WRITE_ZEROES, offset, length);
                    default ->
                            client.submitWrite(
                                    offset,
                                    StampedVolume.stamp(firstBlock, blocks, sequence),
                                    kind == 2);
                };
        return new Outstanding(cookie, firstBlock, blocks, sequence);
    }

    private void awaitReplies(NbdClient client, List<Outstanding> outstanding) throws IOException {
        while (!outstanding.isEmpty()) {
            long cookie = client.awaitReply();
            Outstanding answered =
                    outstanding.stream()
                            .filter(request -> request.cookie == cookie)
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("unknown cookie " + cookie));
            outstanding.remove(answered);
            volume.acknowledge(answered.firstBlock, answered.blocks, answered.sequence);
            acknowledged.release();
        }
    }
}

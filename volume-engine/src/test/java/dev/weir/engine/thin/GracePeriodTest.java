package dev.weir.engine.thin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GracePeriodTest {
    private final GracePeriod grace = new GracePeriod();

    @Test
    void shouldWaitForThoseInsideAndNotForThoseWhoCameLater() throws Exception {
        int early = grace.enter();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(grace::await);

        assertThat(waiting).isNotDone();
        grace.exit(early);

        waiting.get(10, TimeUnit.SECONDS);
        int late = grace.enter();
        grace.exit(late);
    }

    /** A reader takes what is published and must never see it given up while it is inside. */
    @Test
    void shouldNeverLetGoOfWhatAReaderHolds() throws Exception {
        AtomicReference<AtomicInteger> published = new AtomicReference<>(new AtomicInteger(1));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger seenDead = new AtomicInteger();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                while (!stop.get()) {
                                    int ticket = grace.enter();
                                    AtomicInteger mine = Objects.requireNonNull(published.get());
                                    Thread.onSpinWait();
                                    if (mine.get() != 1) {
                                        seenDead.incrementAndGet();
                                    }
                                    grace.exit(ticket);
                                }
                            }));
        }

        for (int i = 0; i < 3_000; i++) {
            AtomicInteger old = Objects.requireNonNull(published.getAndSet(new AtomicInteger(1)));
            grace.await();
            old.set(0);
        }

        stop.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(seenDead).hasValue(0);
    }
}

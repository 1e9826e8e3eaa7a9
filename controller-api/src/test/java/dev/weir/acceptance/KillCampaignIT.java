package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.NbdFile;
import dev.weir.acceptance.lab.RunningWeir;
import dev.weir.acceptance.lab.StampedLoad;
import dev.weir.acceptance.lab.StampedVolume;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The death of the process loses no acknowledged write (P1). {@code -Dweir.kills=20} is the long
 * form, {@code -Dweir.seed=N} repeats the choices of a run.
 */
class KillCampaignIT {
    private static final int KILLS = Integer.getInteger("weir.kills", 5);
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static final int CONNECTIONS = 4;
    private static final int MAX_REQUESTS_BEFORE_KILL = 6_000;
    private static final long SIZE_BYTES = 128L << 20;
    private static final long ENOUGH_MAPPED_BYTES = 64L << 20;

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldKeepEveryAcknowledgedWriteThroughKills() throws Exception {
        System.out.println("kill campaign: seed " + SEED + ", " + KILLS + " kills");
        SplittableRandom random = new SplittableRandom(SEED);
        StampedVolume model = new StampedVolume(SIZE_BYTES);
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"))) {
            weir.rest().createVolume("stamped", "default", SIZE_BYTES);
            URI uri = weir.rest().export("stamped");
            for (int kill = 1; kill <= KILLS; kill++) {
                int requests = 1 + random.nextInt(MAX_REQUESTS_BEFORE_KILL);
                try (StampedLoad load = StampedLoad.start(model, uri, CONNECTIONS, random)) {
                    load.awaitAcknowledged(requests);
                    weir.kill();
                    load.awaitDeath();
                }
                weir.restart();
                uri = weir.rest().nbd("stamped");
                int stamped = model.verifyAndSettle(uri);
                System.out.printf(
                        "kill %d after %d requests: ready in %d ms, %d stamped blocks correct%n",
                        kill, requests, weir.startTime().toMillis(), stamped);
            }
            assertThat(weir.rest().volume("stamped").path("mappedBytes").asLong()).isPositive();
        }
    }

    @Test
    void shouldPassFioVerifyOfWhatItHadAcknowledgedBeforeTheKill() throws Exception {
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"))) {
            weir.rest().createVolume("fio", "default", "256MiB");
            URI uri = weir.rest().export("fio");

            // fio's NBD engine never returns once its server is gone; through a file it notes in
            // its state what was acknowledged, and ends.
            try (NbdFile file = NbdFile.open(uri, work.resolve("mnt"), CONNECTIONS)) {
                CompletableFuture<Command.Outcome> load =
                        CompletableFuture.supplyAsync(() ->
                                fio("--ioengine=psync", "--filename=" + file.path())
                                        .and("--do_verify=0", "--verify_state_save=1")
                                        .run());
                weir.rest()
                        .await(
                                "/volumes/fio",
                                volume -> volume.path("mappedBytes").asLong() > ENOUGH_MAPPED_BYTES,
                                Duration.ofMinutes(1));
                weir.kill();
                assertThat(load.join().output()).contains("io_u error");
            }
            weir.restart();

            // At a greater depth fio would read as far ahead of its state as the queue is deep.
            fio("--ioengine=nbd", "--uri=" + weir.rest().nbd("fio"), "--iodepth=1")
                    .and("--verify_only=1", "--verify_state_load=1", "--verify_fatal=1")
                    .succeed();
        }
    }

    /** The same job both times: fio finds its state by the name of the job and of the directory. */
    private Command fio(Object... options) {
        return Command.of(
                        "fio",
                        "--name=kill",
                        "--rw=randwrite",
                        "--bs=4k",
                        "--size=64m",
                        "--numjobs=" + CONNECTIONS,
                        "--offset_increment=64m",
                        "--verify=crc32c")
                .and(options)
                .in(work);
    }
}

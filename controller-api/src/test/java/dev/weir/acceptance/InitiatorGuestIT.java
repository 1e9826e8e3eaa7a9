package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.DebianGuest;
import dev.weir.acceptance.lab.Guest;
import dev.weir.acceptance.lab.RunningWeir;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Linux's own initiator (open-iscsi) in an emulated guest: discovery of an advertised address,
 * CHAP, digests, dm-multipath over two portals of which one is cut under load, XFS, trim, and a
 * volume that grows while it is mounted. The job is {@code acceptance/debian-guest/initiator-job}.
 */
class InitiatorGuestIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long SIZE_BYTES = 512L << 20;
    private static final long GROWN_BYTES = 768L << 20;
    private static final String SECRET = "twelve-to-16-ch";

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @Test
    void shouldCarryXfsOverTwoPathsOfWhichOneIsCut() throws Exception {
        DebianGuest debian = DebianGuest.built();
        try (RunningWeir weir =
                RunningWeir.start(
                        work.resolve("data"),
                        "--iscsi-advertise",
                        Guest.HOST,
                        "--iscsi-portal",
                        "127.0.0.1:0," + Guest.HOST)) {
            weir.rest().createVolume("disk", "default", SIZE_BYTES);
            URI uri =
                    URI.create(
                            weir.rest()
                                    .post(
                                            "/volumes/disk/exports",
                                            """
                                            {"protocol": "iscsi",
                                             "chap": {"user": "guest", "secret": "%s"}}
                                            """
                                                    .formatted(SECRET))
                                    .expect(201)
                                    .path("uri")
                                    .asString());
            Map<String, String> parameters =
                    Map.of(
                            "portal",
                            Guest.HOST + ":" + uri.getPort(),
                            "target",
                            uri.getPath().split("/", -1)[1],
                            "user",
                            "guest",
                            "secret",
                            SECRET);

            try (Guest guest = Guest.run(debian, "initiator-job", parameters)) {
                assertThat(guest.await("^LAB-(PORTALS|EXIT): (.*\\S)", LIMIT).group(2).split(" "))
                        .as(guest.consoleText())
                        .hasSize(2)
                        .allMatch(portal -> portal.startsWith(Guest.HOST + ":"));
                guest.await("^LAB-(MOUNTED|EXIT.*)", LIMIT);
                long mapped = mappedBytes(weir);
                weir.rest()
                        .patch("/volumes/disk", "{\"size\":%d}".formatted(GROWN_BYTES))
                        .expect(200);
                guest.type("grown");

                String exit = guest.await("^LAB-EXIT: (.*\\S)", LIMIT).group(1);
                String console = guest.consoleText();
                assertThat(exit).as(console).isEqualTo("0");
                assertThat(console)
                        .contains(
                                "LAB-SESSIONS: 2",
                                "LAB-PROVISIONING: unmap, fua 1, cache write back",
                                "LAB-BYTES: " + SIZE_BYTES,
                                "LAB-HEALED: 2",
                                "LAB-ATTENTION: 2",
                                "LAB-GROWN-BYTES: " + GROWN_BYTES,
                                "LAB-SESSIONS-LEFT: 0");
                assertThat(digests(console)).contains("CRC32C").doesNotContain("None");
                assertThat(mappedBytes(weir))
                        .as("fstrim gave back what was removed")
                        .isLessThan(mapped);
            }
        }
    }

    private static List<String> digests(String console) {
        return Pattern.compile("Digest: (\\w+)")
                .matcher(console)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static long mappedBytes(RunningWeir weir) {
        return weir.rest().volume("disk").path("mappedBytes").asLong();
    }
}

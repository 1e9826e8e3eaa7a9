package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Command;
import dev.weir.acceptance.lab.DebianGuest;
import dev.weir.acceptance.lab.Guest;
import dev.weir.acceptance.lab.RunningWeir;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A whole machine lives on a volume: firmware, boot loader, kernel and systemd come from it, over
 * the network, and what the first boot wrote is there in the second.
 */
class NetworkBootIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    @ParameterizedTest
    @ValueSource(strings = {"nbd", "iscsi"})
    void shouldBootAMachineTwiceFromAVolume(String protocol) throws Exception {
        DebianGuest debian = DebianGuest.built();
        try (RunningWeir weir = RunningWeir.start(work.resolve("data"))) {
            long sizeBytes = debian.disk().toFile().length();
            weir.rest().createVolume("system", "default", sizeBytes);
            URI uri =
                    URI.create(
                            weir.rest()
                                    .post(
                                            "/volumes/system/exports",
                                            "{\"protocol\":\"%s\"}".formatted(protocol))
                                    .expect(201)
                                    .path("uri")
                                    .asString());
            Command.of("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw")
                    .and(debian.disk(), uri)
                    .within(LIMIT)
                    .succeed();

            for (int boot = 0; boot < 2; boot++) {
                try (Guest machine = Guest.bootFrom(uri)) {
                    String exit = machine.await("^LAB-EXIT: (.*\\S)", LIMIT).group(1);

                    assertThat(exit).as(machine.consoleText()).isEqualTo("0");
                    assertThat(machine.consoleText())
                            .contains("LAB-ROOT: /dev/vda2 ext4, boot " + boot)
                            .doesNotContain("I/O error");
                }
            }
        }
    }
}

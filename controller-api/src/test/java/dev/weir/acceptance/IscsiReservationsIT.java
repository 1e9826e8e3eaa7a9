package dev.weir.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.BuildDirectory;
import dev.weir.acceptance.lab.Libiscsi;
import dev.weir.acceptance.lab.RunningWeir;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Persistent reservations (SPC-5 5.13) with libiscsi, before and after {@code kill -9}. */
class IscsiReservationsIT {
    private static final String HOLDER = "iqn.2026-11.test:holder";
    private static final String OTHER = "iqn.2026-11.test:other";
    private static final int ISID = 0x1234;
    private static final long KEY = 0x1122_3344_5566_7788L;

    private static final int GOOD = 0x00;
    private static final int RESERVATION_CONFLICT = 0x18;

    /** PERSISTENT RESERVE IN and its service actions (SPC-5 6.16). */
    private static final int RESERVE_IN = 0x5e;

    private static final int READ_KEYS = 0;
    private static final int READ_RESERVATION = 1;

    /** PERSISTENT RESERVE OUT and its service actions (SPC-5 6.17). */
    private static final int RESERVE_OUT = 0x5f;

    private static final int REGISTER = 0;
    private static final int RESERVE = 1;
    private static final int RELEASE = 2;

    private static final int WRITE_EXCLUSIVE = 1;

    @TempDir(factory = BuildDirectory.class)
    private Path work;

    private RunningWeir weir;

    @BeforeEach
    void start() {
        weir = RunningWeir.start(work.resolve("data"));
        weir.rest().createVolume("shared", "default", "64MiB");
        weir.rest().post("/volumes/shared/exports", "{\"protocol\":\"iscsi\"}").expect(201);
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    @Test
    void shouldHoldAReservationThroughAKillIfItWasAskedTo() {
        try (var holder = initiator(HOLDER)) {
            assertThat(reserveOut(holder, REGISTER, 0, KEY, true)).isEqualTo(GOOD);
            assertThat(reserveOut(holder, RESERVE, KEY, 0, false)).isEqualTo(GOOD);
            weir.kill();
        }

        weir.restart();

        try (var holder = initiator(HOLDER);
                var other = initiator(OTHER)) {
            var keys = ByteBuffer.wrap(reserveIn(other, READ_KEYS));
            assertThat(keys.getInt(4)).as("bytes of keys").isEqualTo(Long.BYTES);
            assertThat(keys.getLong(8)).isEqualTo(KEY);
            var reservation = ByteBuffer.wrap(reserveIn(other, READ_RESERVATION));
            assertThat(reservation.getInt(4)).as("bytes of a reservation").isEqualTo(16);
            assertThat(reservation.getLong(8)).isEqualTo(KEY);
            assertThat(reservation.get(21)).isEqualTo((byte) WRITE_EXCLUSIVE);

            assertThat(write(other)).isEqualTo(RESERVATION_CONFLICT);
            assertThat(reserveOut(other, RESERVE, KEY, 0, false)).isEqualTo(RESERVATION_CONFLICT);
            assertThat(other.read(read10(), 512)).containsOnly(0);
            assertThat(write(holder)).isEqualTo(GOOD);
            assertThat(other.read(read10(), 512)).containsOnly(0x5a);

            assertThat(reserveOut(holder, RELEASE, KEY, 0, false)).isEqualTo(GOOD);
            assertThat(write(other)).isEqualTo(GOOD);
        }
    }

    @Test
    void shouldForgetWhatWasNotToSurviveALossOfPower() {
        try (var holder = initiator(HOLDER)) {
            assertThat(reserveOut(holder, REGISTER, 0, KEY, false)).isEqualTo(GOOD);
            assertThat(reserveOut(holder, RESERVE, KEY, 0, false)).isEqualTo(GOOD);
            try (var other = initiator(OTHER)) {
                assertThat(write(other)).isEqualTo(RESERVATION_CONFLICT);
            }
            weir.kill();
        }

        weir.restart();

        try (var other = initiator(OTHER)) {
            assertThat(ByteBuffer.wrap(reserveIn(other, READ_KEYS)).getInt(4)).isZero();
            assertThat(write(other)).isEqualTo(GOOD);
        }
    }

    /** The port is another one after each start. */
    private Libiscsi initiator(String name) {
        var uri = weir.rest().volume("shared").path("exports").path(0).path("uri").asString();
        return new Libiscsi(URI.create(uri), name, ISID);
    }

    private static byte[] reserveIn(Libiscsi initiator, int action) {
        byte[] cdb =
                ByteBuffer.allocate(10)
                        .put(0, (byte) RESERVE_IN)
                        .put(1, (byte) action)
                        .putShort(7, (short) 256)
                        .array();
        return initiator.read(cdb, 256);
    }

    private static int reserveOut(
            Libiscsi initiator, int action, long key, long newKey, boolean throughPowerLoss) {
        byte[] cdb =
                ByteBuffer.allocate(10)
                        .put(0, (byte) RESERVE_OUT)
                        .put(1, (byte) action)
                        .put(2, (byte) WRITE_EXCLUSIVE)
                        .putInt(5, 24)
                        .array();
        byte[] parameters =
                ByteBuffer.allocate(24)
                        .putLong(0, key)
                        .putLong(8, newKey)
                        .put(20, (byte) (throughPowerLoss ? 1 : 0))
                        .array();
        return initiator.write(cdb, parameters);
    }

    /** One block of 5Ah to the start. */
    private static int write(Libiscsi initiator) {
        byte[] block = new byte[512];
        Arrays.fill(block, (byte) 0x5a);
        return initiator.write(cdb10(0x2a), block);
    }

    private static byte[] read10() {
        return cdb10(0x28);
    }

    private static byte[] cdb10(int operation) {
        return ByteBuffer.allocate(10).put(0, (byte) operation).putShort(7, (short) 1).array();
    }
}

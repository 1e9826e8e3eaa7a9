package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many sessions at a time, and many one after the other. {@code weir.iscsi.sessions=1000} and
 * {@code weir.iscsi.logins=10000} make it long.
 */
@Timeout(900)
class ManySessionsTest {
    private static final int BLOCK = Portal.BLOCK;

    @Test
    void shouldServeManySessionsAtATime() throws IOException {
        int count = Integer.getInteger("weir.iscsi.sessions", 200);
        List<Initiator> initiators = new ArrayList<>();
        try (Portal portal = Portal.open()) {
            for (int i = 0; i < count; i++) {
                Initiator initiator = Initiator.connect(portal);
                initiators.add(initiator);
                initiator.isid = i + 1;
                initiator.logIn();
                initiator.takeAttention();
            }
            assertThat(portal.server.clients()).hasSize(count);
            for (Initiator initiator : initiators) {
                byte[] data = new byte[BLOCK];
                data[0] = (byte) initiator.isid;
                initiator.write(1, initiator.isid, data);
            }
            for (Initiator initiator : initiators) {
                assertThat(initiator.receive(Opcode.SCSI_RESPONSE).status()).isZero();
                initiator.read(2, initiator.isid, 1);
                assertThat(initiator.receive(Opcode.DATA_IN).data()[0])
                        .isEqualTo((byte) initiator.isid);
            }
            for (Initiator initiator : initiators) {
                initiator.close();
            }
            awaitEmpty(portal);
        }
    }

    @Test
    void shouldNotGrowWithLoginsOneAfterTheOther() throws IOException {
        int count = Integer.getInteger("weir.iscsi.logins", 1000);
        try (Portal portal = Portal.open()) {
            for (int i = 0; i < count / 2; i++) {
                logInAndOut(portal, i);
            }
            awaitEmpty(portal);
            long before = usedBytes();
            for (int i = 0; i < count / 2; i++) {
                logInAndOut(portal, i);
            }
            awaitEmpty(portal);

            // Half as many logins again leave nothing: a kilobyte each would be noticed.
            assertThat(usedBytes() - before).isLessThan(Math.max(count / 2 * 1024L, 2L << 20));
        }
    }

    private static void logInAndOut(Portal portal, int isid) throws IOException {
        try (Initiator initiator = Initiator.connect(portal)) {
            initiator.isid = isid + 1;
            initiator.logIn();
            initiator.takeAttention();
            initiator.logOut(0);
            initiator.receive(Opcode.LOGOUT_RESPONSE);
            initiator.expectClosed();
        }
    }

    private static void awaitEmpty(Portal portal) {
        while (!portal.server.clients().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

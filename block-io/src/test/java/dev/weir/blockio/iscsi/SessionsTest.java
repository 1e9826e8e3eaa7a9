package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.Program;
import dev.weir.blockio.iscsi.Initiator.Pdu;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logins, sessions of several connections, task management, and how they end. */
@Timeout(120)
class SessionsTest {
    private static final int BLOCK = Portal.BLOCK;
    private static final int SYNCHRONIZE_CACHE = 0x35;

    private Portal portal;

    @BeforeEach
    void start() throws IOException {
        portal = Portal.with(Map.of("logoutTime", Duration.ofMillis(100)));
    }

    @AfterEach
    void stop() {
        portal.close();
    }

    @Test
    void shouldListASessionWithItsCounters() throws IOException {
        try (Initiator initiator = Initiator.attached(portal, "InitiatorAlias=my host")) {
            initiator.write(1, 0, new byte[BLOCK]);
            initiator.receive(Opcode.SCSI_RESPONSE);
            initiator.read(2, 0, 2);
            initiator.receive(Opcode.DATA_IN);

            assertThat(portal.server.clients())
                    .singleElement()
                    .satisfies(client -> {
                        assertThat(client.initiatorName()).isEqualTo(Initiator.NAME);
                        assertThat(client.initiatorAlias()).isEqualTo("my host");
                        assertThat(client.targetName()).isEqualTo(Portal.DISK);
                        assertThat(client.remoteAddresses()).hasSize(1);
                        assertThat(client.commands()).isEqualTo(3);
                        assertThat(client.bytesWritten()).isEqualTo(BLOCK);
                        assertThat(client.bytesRead()).isEqualTo(2 * BLOCK);
                    });
        }
    }

    @Test
    void shouldReplaceASessionWhoseInitiatorLogsInAgain() throws IOException {
        try (Initiator former = Initiator.attached(portal);
                Initiator again = Initiator.attached(portal)) {
            former.drainUntilClosed();
            again.expectInStep();
            assertThat(portal.server.clients()).hasSize(1);
        }
    }

    @Test
    void shouldKeepSessionsOfOneInitiatorApartByTheirIsid() throws IOException {
        try (Initiator one = Initiator.attached(portal);
                Initiator other = Initiator.connect(portal)) {
            other.isid = 2;
            other.logIn();
            one.expectInStep();
            other.expectInStep();
            assertThat(portal.server.clients()).hasSize(2);
        }
    }

    @Test
    void shouldDeliverCommandsOfTwoConnectionsInOrder() throws IOException {
        try (Initiator first = Initiator.attached(portal, "MaxConnections=4");
                Initiator second = second(first, 1)) {
            int next = first.cmdSn;
            second.cmdSn = next + 1;
            second.read(2, 0, 1);
            first.nopOut(9, true, new byte[0]);
            assertThat(first.receive(Opcode.NOP_IN).expCmdSn()).isEqualTo(next);

            first.write(1, 0, new byte[BLOCK]);

            assertThat(first.receive(Opcode.SCSI_RESPONSE).taskTag()).isEqualTo(1);
            assertThat(second.receive(Opcode.DATA_IN).taskTag()).isEqualTo(2);
            first.cmdSn = next + 2;
            first.read(3, 0, 1);
            first.receive(Opcode.DATA_IN);
        }
    }

    @Test
    void shouldAdmitNoMoreConnectionsThanAgreedOnAndReplaceOneOfTheSameNumber() throws IOException {
        try (Initiator first = Initiator.attached(portal, "MaxConnections=2");
                Initiator second = second(first, 1);
                Initiator third = Initiator.connect(portal)) {
            third.tsih = first.tsih;
            third.connectionId = 2;
            third.login(0x87, Initiator.names(Portal.DISK));
            assertThat(third.receive().loginStatus()).isEqualTo(0x0206);
            third.expectClosed();

            try (Initiator again = second(first, 1)) {
                second.drainUntilClosed();
                again.expectInStep();
                first.expectInStep();
            }
        }
    }

    @Test
    void shouldRefuseASessionThatDoesNotExist() throws IOException {
        try (Initiator initiator = Initiator.connect(portal)) {
            initiator.tsih = 77;
            initiator.login(0x87, Initiator.names(Portal.DISK));
            assertThat(initiator.receive().loginStatus()).isEqualTo(0x020a);
            initiator.expectClosed();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "1, 0, true", "2, 2, false", "3, -1, false"})
    void shouldAnswerLogouts(int reason, int response, boolean closes) throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.logOut(reason);

            Pdu answer = initiator.receive();
            if (response >= 0) {
                assertThat(answer.opcode()).isEqualTo(Opcode.LOGOUT_RESPONSE);
                assertThat(answer.response()).isEqualTo(response);
            } else {
                assertThat(answer.opcode()).isEqualTo(Opcode.REJECT);
            }
            if (closes) {
                initiator.expectClosed();
            } else {
                initiator.expectInStep();
            }
        }
    }

    @Test
    void shouldFinishCommandsBeforeALogout() throws Exception {
        MemoryDevice.Gate gate = portal.device.hold(MemoryDevice.Operation.FLUSH);
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.command(1, 0, Initiator.cdb10(SYNCHRONIZE_CACHE, 0, 0), 0, new byte[0]);
            gate.awaitReached();
            initiator.logOut(0);
            gate.open();

            assertThat(initiator.receive(Opcode.SCSI_RESPONSE).taskTag()).isEqualTo(1);
            initiator.receive(Opcode.LOGOUT_RESPONSE);
            initiator.expectClosed();
        }
    }

    @Test
    void shouldAbortACommandThatWaitsForData() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            int refCmdSn = initiator.cmdSn;
            initiator.command(5, 0x20, Initiator.cdb10(0x2a, 0, 8), 8 * BLOCK, new byte[0]);
            Pdu r2t = initiator.receive(Opcode.R2T);

            initiator.manageTasks(6, TaskManagementPdu.ABORT_TASK, 5, refCmdSn);
            assertThat(initiator.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response()).isZero();

            // The data may be on its way already.
            initiator.dataOut(5, r2t.transferTag(), 0, 0, true, new byte[8 * BLOCK]);
            initiator.expectInStep();
            assertThat(portal.device.mappedBytes()).isZero();
            initiator.read(5, 0, 1);
            assertThat(initiator.receive(Opcode.DATA_IN).maxCmdSn())
                    .isEqualTo(initiator.cmdSn + 127);
        }
    }

    @Test
    void shouldSayThatATaskDoesNotExistUnlessItIsStillToCome() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.manageTasks(6, TaskManagementPdu.ABORT_TASK, 5, initiator.cmdSn - 1);
            assertThat(initiator.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response()).isEqualTo(1);

            initiator.manageTasks(7, TaskManagementPdu.ABORT_TASK, 5, initiator.cmdSn);
            assertThat(initiator.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response()).isZero();

            initiator.read(5, 0, 1);
            initiator.expectInStep();
            initiator.read(8, 0, 1);
            assertThat(initiator.receive(Opcode.DATA_IN).taskTag()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "3, 5", "4, 0", "5, 0", "6, 0", "8, 4", "9, 5", "0, 5"})
    void shouldAnswerTaskManagement(int function, int response) throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.manageTasks(6, function, -1, 0);

            assertThat(initiator.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response())
                    .isEqualTo(response);
            initiator.expectInStep();
        }
    }

    @Test
    void shouldAnswerAResetBehindTheCommandsThatItWaitedFor() throws Exception {
        MemoryDevice.Gate gate = portal.device.hold(MemoryDevice.Operation.FLUSH);
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.command(1, 0, Initiator.cdb10(SYNCHRONIZE_CACHE, 0, 0), 0, new byte[0]);
            gate.awaitReached();
            initiator.manageTasks(2, TaskManagementPdu.LOGICAL_UNIT_RESET, -1, 0);
            gate.open();

            // Whether the flush is done before it is aborted is open; but not after the answer.
            Pdu answer = initiator.receive();
            if (answer.opcode() == Opcode.SCSI_RESPONSE) {
                assertThat(answer.taskTag()).isEqualTo(1);
                answer = initiator.receive();
            }
            assertThat(answer.opcode()).isEqualTo(Opcode.TASK_MANAGEMENT_RESPONSE);
            initiator.expectInStep();
        }
    }

    @Test
    void shouldEndAllSessionsOfATargetByAColdReset() throws IOException {
        try (Initiator one = Initiator.attached(portal);
                Initiator other = Initiator.connect(portal)) {
            other.isid = 2;
            other.logIn();

            one.manageTasks(1, TaskManagementPdu.TARGET_COLD_RESET, -1, 0);

            assertThat(one.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response()).isZero();
            one.drainUntilClosed();
            other.drainUntilClosed();
        }
    }

    @Test
    void shouldAskForALogoutThenEndTheSessionsOfATargetThatGoes() throws Exception {
        try (Initiator initiator = Initiator.attached(portal)) {
            portal.targets.remove(Portal.DISK);
            Thread ending = Thread.ofPlatform().start(() -> portal.server.disconnect(Portal.DISK));

            Pdu message = initiator.receive(Opcode.ASYNC_MESSAGE);
            assertThat(message.header().get(36)).isEqualTo((byte) 1);
            initiator.drainUntilClosed();
            ending.join();

            assertThat(portal.server.clients()).isEmpty();
            try (Initiator late = Initiator.connect(portal)) {
                late.login(0x87, Initiator.names(Portal.DISK));
                assertThat(late.receive().loginStatus()).isEqualTo(0x0203);
            }
        }
    }

    @Test
    void shouldHangUpOnWhatIsNoLogin() throws IOException {
        for (int opcode = 0; opcode < 64; opcode++) {
            if (opcode == Opcode.LOGIN) {
                continue;
            }
            try (Initiator scanner = Initiator.connect(portal)) {
                scanner.send(Initiator.header(opcode, 0x80), new byte[0]);
                scanner.expectClosed();
            }
        }
    }

    @Test
    void shouldHangUpOnASilentOrEndlessLogin() throws IOException {
        try (Portal impatient = Portal.with(Map.of("loginTimeout", Duration.ofMillis(200)));
                Initiator silent = Initiator.connect(impatient);
                Initiator half = Initiator.connect(impatient)) {
            half.send(new byte[] {0x43, (byte) 0x87});
            silent.expectClosed();
            half.expectClosed();
        }
        try (Initiator endless = Initiator.connect(portal)) {
            endless.login(0x04, Initiator.names(Portal.DISK));
            for (int i = 0; i < 100; i++) {
                endless.login(0x04, new byte[0]);
            }
            endless.drainUntilClosed();
        } catch (SocketException _) {
            // Cut while still talking.
        }
    }

    @Test
    void shouldHangUpOnALoginThatStopsHalfway() throws IOException {
        try (Portal impatient = Portal.with(Map.of("loginTimeout", Duration.ofMillis(300)));
                Initiator initiator = Initiator.connect(impatient)) {
            initiator.login(0x04, Initiator.names(Portal.DISK));
            assertThat(initiator.receive(Opcode.LOGIN_RESPONSE).loginStatus()).isZero();

            initiator.expectClosed();
        }
    }

    @Test
    void shouldRefuseALoginOfThousandsOfKeys() throws IOException {
        try (Initiator initiator = Initiator.connect(portal)) {
            StringBuilder keys = new StringBuilder();
            for (int i = 0; i < TextKeys.MAX_KEYS; i++) {
                keys.append("X-").append(i).append("=\0");
            }
            initiator.login(0x04, Initiator.names(Portal.DISK));
            assertThat(initiator.receive(Opcode.LOGIN_RESPONSE).loginStatus()).isZero();
            initiator.login(0x04, keys.toString().getBytes(StandardCharsets.US_ASCII));

            assertThat(initiator.receive(Opcode.LOGIN_RESPONSE).loginStatus()).isEqualTo(0x0200);
            initiator.expectClosed();
        }
    }

    @Test
    void shouldNotCutAConnectionForDataOfACommandThatWasAbortedOnAnother() throws IOException {
        try (Portal impatient = Portal.with(Map.of("dataOutTimeout", Duration.ofMillis(300)));
                Initiator one = Initiator.attached(impatient, "MaxConnections=2");
                Initiator two = Initiator.connect(impatient)) {
            two.tsih = one.tsih;
            two.connectionId = 1;
            two.cmdSn = one.cmdSn;
            two.logIn();
            two.command(1, 0x20, Initiator.cdb10(0x2a, 0, 1), BLOCK, new byte[0]);
            two.receive(Opcode.R2T);

            one.cmdSn = two.cmdSn;
            one.manageTasks(9, TaskManagementPdu.ABORT_TASK_SET, -1, 0);
            assertThat(one.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response()).isZero();

            // It takes room in the window until it is forgotten.
            int room = two.window();
            while (two.window() == room) {
                Thread.onSpinWait();
            }
            two.expectInStep();
        }
    }

    @Test
    void shouldAskForNoMoreDataOfACommandThatWasAbortedOnAnotherConnection() throws IOException {
        try (Initiator one =
                        Initiator.attached(
                                portal,
                                "MaxConnections=2",
                                "MaxBurstLength=512",
                                "FirstBurstLength=512",
                                "MaxOutstandingR2T=1");
                Initiator two = Initiator.connect(portal)) {
            two.tsih = one.tsih;
            two.connectionId = 1;
            two.cmdSn = one.cmdSn;
            two.logIn();
            two.command(1, 0x20, Initiator.cdb10(0x2a, 0, 4), 4 * BLOCK, new byte[0]);
            Pdu asked = two.receive(Opcode.R2T);

            one.cmdSn = two.cmdSn;
            one.manageTasks(9, TaskManagementPdu.ABORT_TASK_SET, -1, 0);
            assertThat(one.receive(Opcode.TASK_MANAGEMENT_RESPONSE).response()).isZero();
            two.dataOut(1, asked.transferTag(), 0, 0, true, new byte[BLOCK]);

            two.expectInStep();
        }
    }

    @Test
    void shouldCutAClientThatStopsReading() throws IOException {
        try (Portal impatient = Portal.with(Map.of("replyTimeout", Duration.ofMillis(300)));
                Initiator deaf = Initiator.attached(impatient, "MaxRecvDataSegmentLength=262144")) {
            for (int i = 0; i < 120; i++) {
                deaf.read(i, 0, 512);
            }
            while (!impatient.server.clients().isEmpty()) {
                Thread.onSpinWait();
            }
            deaf.drainUntilClosed();
        }
    }

    @Test
    void shouldPingASilentClientAndCutADeadOne() throws IOException {
        try (Portal watchful =
                        Portal.with(
                                Map.of(
                                        "idleInterval", Duration.ofMillis(100),
                                        "idleTimeout", Duration.ofMillis(400)));
                Initiator initiator = Initiator.attached(watchful)) {
            Pdu ping = initiator.receive(Opcode.NOP_IN);
            assertThat(ping.taskTag()).isEqualTo(-1);
            assertThat(ping.transferTag()).isNotEqualTo(-1);
            initiator.drainUntilClosed();
        }
    }

    @Test
    void shouldTellADiscoveringClientOnlyWhatItMayLogInTo() throws IOException {
        portal.targets.add(
                new IscsiTarget(
                        "iqn.2026-01.dev.weir:hidden",
                        portal.scsi,
                        new IscsiAccess(
                                Set.of("iqn.2026-01.test:other"),
                                Optional.empty(),
                                Optional.empty(),
                                1)));
        try (Initiator initiator = discovering()) {
            initiator.textRequest(1, -1, "SendTargets=All");
            Pdu answer = initiator.receive(Opcode.TEXT_RESPONSE);
            assertThat(answer.keys())
                    .containsEntry("TargetName", Portal.DISK)
                    .containsEntry("TargetAddress", portal.address() + ",1");
            initiator.textRequest(2, -1, "SendTargets=iqn.2026-01.dev.weir:hidden");
            assertThat(initiator.receive(Opcode.TEXT_RESPONSE).data()).isEmpty();
            for (String wrong : List.of("SendTargets=Alle", "sendtargets=All", "X-a.b=1", "=")) {
                initiator.textRequest(3, -1, wrong);
                assertThat(initiator.receive(Opcode.REJECT).response())
                        .isEqualTo(RejectReason.PROTOCOL_ERROR);
            }
            initiator.textRequest(4, -1, "SendTargets=All", "X-a.b=1", "MaxConnections=2");
            assertThat(initiator.receive(Opcode.TEXT_RESPONSE).keys())
                    .containsEntry("TargetName", Portal.DISK)
                    .containsEntry("X-a.b", "NotUnderstood")
                    .containsEntry("MaxConnections", "Reject");
            initiator.read(4, 0, 1);
            assertThat(initiator.receive(Opcode.REJECT).response())
                    .isEqualTo(RejectReason.PROTOCOL_ERROR);
        }
    }

    @Test
    void shouldSendALongListOfTargetsInParts() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String name = "iqn.2026-01.dev.weir:target-" + i;
            names.add(name);
            portal.targets.add(new IscsiTarget(name, portal.scsi, IscsiAccess.open()));
        }
        try (Initiator initiator = discovering()) {
            StringBuilder all = new StringBuilder();
            int tag = -1;
            initiator.textRequest(1, tag, "SendTargets=All");
            while (true) {
                Pdu part = initiator.receive(Opcode.TEXT_RESPONSE);
                assertThat(part.data().length).isLessThanOrEqualTo(8192);
                all.append(new String(part.data(), StandardCharsets.UTF_8));
                if ((part.flags() & 0x80) != 0) {
                    assertThat(part.transferTag()).isEqualTo(-1);
                    break;
                }
                assertThat(part.flags()).isEqualTo(0x40);
                initiator.textRequest(1, part.transferTag());
            }
            assertThat(names).allMatch(name -> all.indexOf("TargetName=" + name + "\0") >= 0);
        }
    }

    @Test
    void shouldAdvertiseTheAddressThatWasSet() throws IOException {
        IscsiPortal behindNat =
                new IscsiPortal(
                        InetAddress.getLoopbackAddress(),
                        0,
                        7,
                        Optional.of("san.example.org:13260"));
        try (IscsiServer server =
                IscsiServer.start(
                        new IscsiServerConfig(
                                List.of(behindNat, IscsiPortal.of(InetAddress.ofLiteral("::1"), 0)),
                                IscsiAccess.open(),
                                IscsiLimits.defaults()),
                        portal.targets)) {
            Program.Result listed =
                    Program.tryRun(
                            "iscsi-ls",
                            "iscsi://127.0.0.1:" + server.addresses().getFirst().getPort());
            assertThat(listed.output())
                    .contains("san.example.org:13260,7")
                    .contains("[0:0:0:0:0:0:0:1]:" + server.addresses().getLast().getPort());
        }
    }

    private Initiator discovering() throws IOException {
        Initiator initiator = Initiator.connect(portal);
        initiator.login(
                0x87, Initiator.text("InitiatorName=" + Initiator.NAME, "SessionType=Discovery"));
        assertThat(initiator.receive().loginStatus()).isZero();
        return initiator;
    }

    private Initiator second(Initiator first, int connectionId) throws IOException {
        Initiator second = Initiator.connect(portal);
        second.tsih = first.tsih;
        second.connectionId = connectionId;
        second.cmdSn = first.cmdSn;
        second.logIn();
        return second;
    }
}

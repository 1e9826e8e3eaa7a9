package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.iscsi.Initiator.Pdu;
import dev.weir.blockio.memory.OffHeapMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands and their data over a real socket, PDU by PDU. */
@Timeout(120)
class CommandsTest {
    private static final int BLOCK = Portal.BLOCK;
    private static final int READ = 0x40;
    private static final int WRITE = 0x20;

    private Portal portal;

    @BeforeEach
    void start() throws IOException {
        portal = Portal.open();
    }

    @AfterEach
    void stop() {
        portal.close();
    }

    @Test
    void shouldReturnWhatWasWrittenWithTheStatusInTheData() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            byte[] data = random(4 * BLOCK);
            initiator.write(1, 8, data);
            Pdu written = initiator.receive(Opcode.SCSI_RESPONSE);
            assertThat(written.status()).isZero();
            assertThat(written.residual()).isZero();

            initiator.read(2, 8, 4);

            Pdu read = initiator.receive(Opcode.DATA_IN);
            assertThat(read.flags()).isEqualTo(0x81);
            assertThat(read.data()).isEqualTo(data);
            assertThat(read.statSn()).isEqualTo(written.statSn() + 1);
            assertThat(read.expCmdSn()).isEqualTo(initiator.cmdSn);
            assertThat(read.maxCmdSn()).isEqualTo(initiator.cmdSn + 127);
        }
    }

    @Test
    void shouldSplitDataAsTheInitiatorWantsIt() throws IOException {
        byte[] data = random(40 * BLOCK);
        try (Initiator initiator =
                Initiator.attached(
                        portal, "MaxRecvDataSegmentLength=3000", "MaxBurstLength=8192")) {
            portal.device.write(0, memory(data), 0, data.length, false);

            initiator.read(7, 0, 40);

            ByteBuffer got = ByteBuffer.allocate(data.length);
            int dataSn = 0;
            while (got.hasRemaining()) {
                Pdu part = initiator.receive(Opcode.DATA_IN);
                assertThat(part.dataSn()).isEqualTo(dataSn++);
                assertThat(part.offset()).isEqualTo(got.position());
                assertThat(part.data().length).isBetween(1, 3000);
                got.put(part.data());
                boolean burstEnds = got.position() % 8192 == 0 || !got.hasRemaining();
                assertThat((part.flags() & 0x80) != 0).isEqualTo(burstEnds);
                assertThat((part.flags() & 0x01) != 0).isEqualTo(!got.hasRemaining());
            }
            assertThat(got.flip()).isEqualTo(ByteBuffer.wrap(data));
            initiator.expectInStep();
        }
    }

    @Test
    void shouldCarryDigestsInBothDirections() throws IOException {
        try (Initiator initiator = Initiator.connect(portal)) {
            initiator.logIn("HeaderDigest=CRC32C", "DataDigest=CRC32C", "InitialR2T=No");
            initiator.digests = true;
            initiator.takeAttention();
            byte[] data = random(600 * BLOCK);
            initiator.command(1, WRITE, Initiator.cdb10(0x2a, 0, 600), data.length, new byte[0]);
            answerR2ts(initiator, data);
            assertThat(initiator.receive(Opcode.SCSI_RESPONSE).status()).isZero();

            initiator.read(2, 0, 600);

            assertThat(readAll(initiator, data.length)).isEqualTo(data);
        }
    }

    @Test
    void shouldEndTheConnectionAfterDamagedData() throws IOException {
        try (Initiator initiator = Initiator.connect(portal)) {
            initiator.logIn("DataDigest=CRC32C");
            ByteBuffer header =
                    initiator.commandHeader(1, 0xa0, Initiator.cdb10(0x2a, 0, 1), BLOCK);
            header.putInt(4, BLOCK);
            byte[] fields = new byte[Bhs.BYTES];
            header.get(0, fields);
            initiator.send(fields);
            initiator.send(new byte[BLOCK + 4]);

            Pdu reject = initiator.receive(Opcode.REJECT);

            assertThat(reject.response()).isEqualTo(RejectReason.DATA_DIGEST_ERROR);
            assertThat(reject.data()).startsWith(0x01, 0xa1).hasSize(48);
            initiator.drainUntilClosed();
            assertThat(portal.device.mappedBytes()).isZero();
        }
    }

    @Test
    void shouldAskForWhatDidNotComeWithTheCommand() throws IOException {
        byte[] data = random(300 * BLOCK);
        try (Initiator initiator =
                Initiator.attached(portal, "MaxBurstLength=65536", "MaxOutstandingR2T=2")) {
            ByteBuffer header =
                    initiator.commandHeader(
                            3, 0x80 | WRITE, Initiator.cdb10(0x2a, 4, 300), data.length);
            initiator.send(header, Arrays.copyOf(data, 4096));

            answerR2ts(initiator, data);

            Pdu response = initiator.receive(Opcode.SCSI_RESPONSE);
            assertThat(response.status()).isZero();
            assertThat(response.dataSn()).as("R2Ts sent").isEqualTo(3);
            assertThat(portal.device.contents(4 * BLOCK, data.length)).isEqualTo(data);
        }
    }

    @Test
    void shouldTakeDataThatComesUnasked() throws IOException {
        byte[] data = random(8 * BLOCK);
        try (Initiator initiator = Initiator.attached(portal, "InitialR2T=No")) {
            ByteBuffer header =
                    initiator.commandHeader(3, WRITE, Initiator.cdb10(0x2a, 0, 8), data.length);
            initiator.send(header, slice(data, 0, 1000));
            initiator.dataOut(3, -1, 0, 1000, false, slice(data, 1000, 2000));
            initiator.dataOut(3, -1, 1, 3000, true, slice(data, 3000, data.length - 3000));

            assertThat(initiator.receive(Opcode.SCSI_RESPONSE).status()).isZero();

            assertThat(portal.device.contents(0, data.length)).isEqualTo(data);
        }
    }

    @Test
    void shouldRefuseUnaskedDataThatWasNotAgreedOn() throws IOException {
        try (Initiator initiator = Initiator.attached(portal, "ImmediateData=No")) {
            initiator.write(1, 0, random(BLOCK));

            Pdu response = initiator.receive(Opcode.SCSI_RESPONSE);

            assertThat(response.status()).isEqualTo(2);
            assertThat(response.sense()).isEqualTo(0x0b0c0c);
            assertThat(portal.device.mappedBytes()).isZero();
            initiator.expectInStep();
        }
    }

    @Test
    void shouldNeverStoreMoreThanAnR2tAskedFor() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.command(1, WRITE, Initiator.cdb10(0x2a, 0, 1), BLOCK, new byte[0]);
            Pdu r2t = initiator.receive(Opcode.R2T);
            assertThat(r2t.residual()).isEqualTo(BLOCK);

            initiator.dataOut(1, r2t.transferTag(), 0, 0, true, random(100_000));

            assertThat(initiator.receive(Opcode.SCSI_RESPONSE).sense()).isEqualTo(0x0b4b00);
            assertThat(portal.device.mappedBytes()).isZero();
            initiator.expectInStep();
        }
    }

    @Test
    void shouldRejectDataThatNobodyAskedFor() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.dataOut(1, 12345, 0, 0, true, random(BLOCK));
            assertThat(initiator.receive(Opcode.REJECT).response())
                    .isEqualTo(RejectReason.INVALID_PDU_FIELD);
            initiator.dataOut(1, -1, 0, 0, true, random(BLOCK));
            assertThat(initiator.receive(Opcode.REJECT).response())
                    .isEqualTo(RejectReason.INVALID_PDU_FIELD);
            initiator.expectInStep();
        }
    }

    @Test
    void shouldSayHowMuchMoreOrLessWasMoved() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            initiator.command(1, READ, Initiator.cdb10(0x28, 0, 1), 3 * BLOCK, new byte[0]);
            Pdu less = initiator.receive(Opcode.DATA_IN);
            assertThat(less.flags()).isEqualTo(0x83);
            assertThat(less.residual()).isEqualTo(2 * BLOCK);
            assertThat(less.data()).hasSize(BLOCK);

            initiator.command(2, READ, Initiator.cdb10(0x28, 0, 2), 700, new byte[0]);
            Pdu more = initiator.receive(Opcode.DATA_IN);
            assertThat(more.flags()).isEqualTo(0x85);
            assertThat(more.residual()).isEqualTo(2 * BLOCK - 700);
            assertThat(more.data()).hasSize(700);

            // 4 GiB expected must not take 4 GiB.
            initiator.command(3, READ, Initiator.cdb10(0x28, 0, 1), -1, new byte[0]);
            Pdu huge = initiator.receive(Opcode.DATA_IN);
            assertThat(huge.residual()).isEqualTo(-1 - BLOCK);
        }
    }

    @Test
    void shouldRefuseCommandsThatMakeNoSense() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            byte[] cdb = Initiator.cdb10(0x28, 0, 1);
            initiator.command(1, READ | WRITE, cdb, BLOCK, new byte[0]);
            expectReject(initiator, RejectReason.INVALID_PDU_FIELD);
            initiator.command(-1, READ, cdb, BLOCK, new byte[0]);
            expectReject(initiator, RejectReason.INVALID_PDU_FIELD);
            initiator.command(1, READ, cdb, BLOCK, random(BLOCK));
            expectReject(initiator, RejectReason.INVALID_PDU_FIELD);
            initiator.send(Initiator.header(0x50, 0x80), new byte[0]);
            expectReject(initiator, RejectReason.SNACK);
            initiator.send(Initiator.header(0x5c, 0x80), new byte[0]);
            expectReject(initiator, RejectReason.COMMAND_NOT_SUPPORTED);
            initiator.command(9, WRITE, Initiator.cdb10(0x2a, 0, 1), BLOCK, new byte[0]);
            initiator.receive(Opcode.R2T);
            initiator.command(9, READ, cdb, BLOCK, new byte[0]);
            expectReject(initiator, RejectReason.TASK_IN_PROGRESS);
            initiator.expectInStep();
        }
    }

    @Test
    void shouldIgnoreCommandsOutsideTheWindow() throws IOException {
        try (Initiator initiator = Initiator.attached(portal)) {
            int next = initiator.cmdSn;
            initiator.cmdSn = next - 1;
            initiator.read(1, 0, 1);
            initiator.cmdSn = next + 128;
            initiator.read(2, 0, 1);
            initiator.cmdSn = next;

            initiator.expectInStep();
            initiator.read(3, 0, 1);

            assertThat(initiator.receive(Opcode.DATA_IN).taskTag()).isEqualTo(3);
        }
    }

    @Test
    void shouldEndAConnectionWhoseCommandsHaveAGap() throws IOException {
        try (Portal impatient = Portal.with(Map.of("commandGapTimeout", Duration.ofMillis(50)));
                Initiator initiator = Initiator.attached(impatient)) {
            initiator.cmdSn++;
            initiator.read(1, 0, 1);

            initiator.expectClosed();
        }
    }

    @Test
    void shouldAnswerSmallReadsWhileAFlushWaits() throws Exception {
        MemoryDevice.Gate gate = portal.device.hold(MemoryDevice.Operation.FLUSH);
        try (Initiator initiator = Initiator.attached(portal)) {
            // SYNCHRONIZE CACHE (10)
            initiator.command(1, 0, Initiator.cdb10(0x35, 0, 0), 0, new byte[0]);
            gate.awaitReached();
            initiator.read(2, 0, 1);

            assertThat(initiator.receive(Opcode.DATA_IN).taskTag()).isEqualTo(2);

            gate.open();
            assertThat(initiator.receive(Opcode.SCSI_RESPONSE).taskTag()).isEqualTo(1);
        }
    }

    @Test
    void shouldWaitForMemoryBeforeItAsksForMoreData() throws IOException {
        try (Portal small =
                        Portal.with(
                                Map.of(
                                        "maxTransferBytes", 1 << 20,
                                        "maxBufferedBytes", 2L << 20,
                                        "maxBufferedBytesPerSession", 2L << 20));
                Initiator initiator = Initiator.attached(small)) {
            byte[] data = random(2048 * BLOCK);
            byte[] cdb = Initiator.cdb10(0x2a, 0, 2048);
            initiator.command(1, WRITE, cdb, data.length, new byte[0]);
            initiator.command(2, WRITE, cdb, data.length, new byte[0]);
            Pdu first = initiator.receive(Opcode.R2T);
            assertThat(first.taskTag()).isEqualTo(1);
            initiator.expectInStep();
            // What comes unasked cannot wait.
            ByteBuffer header =
                    initiator.commandHeader(
                            3, 0x80 | WRITE, Initiator.cdb10(0x2a, 0, 2048), data.length);
            initiator.send(header, slice(data, 0, 1024));
            Pdu third = initiator.receive(Opcode.R2T);
            assertThat(third.taskTag()).isEqualTo(3);
            initiator.command(4, WRITE, cdb, data.length, slice(data, 0, 1024));
            Pdu busy = initiator.receive(Opcode.SCSI_RESPONSE);
            assertThat(busy.taskTag()).isEqualTo(4);
            assertThat(busy.status()).isEqualTo(8);

            sendData(initiator, first, data);
            sendData(initiator, third, data);

            int answered = 0;
            while (answered < 3) {
                Pdu pdu = initiator.receive();
                if (pdu.opcode() == Opcode.R2T) {
                    sendData(initiator, pdu, data);
                } else {
                    assertThat(pdu.status()).isZero();
                    answered++;
                }
            }
            initiator.expectInStep();
        }
    }

    @Test
    void shouldServeOthersWhileOneSessionHasItsShareOfTheMemory() throws IOException {
        try (Portal small =
                        Portal.with(
                                Map.of(
                                        "maxTransferBytes", 1 << 20,
                                        "maxBufferedBytes", 4L << 20,
                                        "maxBufferedBytesPerSession", 1L << 20));
                Initiator greedy = Initiator.attached(small);
                Initiator modest = Initiator.connect(small)) {
            modest.isid = 2;
            modest.logIn();
            modest.takeAttention();
            byte[] cdb = Initiator.cdb10(0x2a, 0, 2048);
            for (int tag = 1; tag <= 8; tag++) {
                greedy.command(tag, WRITE, cdb, 2048 * BLOCK, new byte[0]);
            }
            assertThat(greedy.receive(Opcode.R2T).taskTag()).isEqualTo(1);
            greedy.expectInStep();

            modest.command(1, WRITE, cdb, 2048 * BLOCK, new byte[0]);

            assertThat(modest.receive(Opcode.R2T).taskTag()).isEqualTo(1);
        }
    }

    @Test
    void shouldCutAClientThatDoesNotSendWhatItWasAskedFor() throws IOException {
        try (Portal impatient = Portal.with(Map.of("dataOutTimeout", Duration.ofMillis(200)));
                Initiator initiator = Initiator.attached(impatient)) {
            initiator.command(1, WRITE, Initiator.cdb10(0x2a, 0, 1), BLOCK, new byte[0]);
            initiator.receive(Opcode.R2T);

            initiator.expectClosed();
        }
    }

    private static void expectReject(Initiator initiator, int reason) throws IOException {
        assertThat(initiator.receive(Opcode.REJECT).response()).isEqualTo(reason);
    }

    private static void answerR2ts(Initiator initiator, byte[] data) throws IOException {
        int asked = 0;
        while (asked < data.length) {
            Pdu r2t = initiator.receive(Opcode.R2T);
            sendData(initiator, r2t, data);
            asked = r2t.offset() + r2t.residual();
        }
    }

    private static void sendData(Initiator initiator, Pdu r2t, byte[] data) throws IOException {
        int sent = 0;
        int dataSn = 0;
        while (sent < r2t.residual()) {
            int now = Math.min(10_000, r2t.residual() - sent);
            initiator.dataOut(
                    r2t.taskTag(),
                    r2t.transferTag(),
                    dataSn++,
                    r2t.offset() + sent,
                    sent + now == r2t.residual(),
                    slice(data, r2t.offset() + sent, now));
            sent += now;
        }
    }

    private static byte[] readAll(Initiator initiator, int bytes) throws IOException {
        byte[] got = new byte[bytes];
        int at = 0;
        while (at < bytes) {
            byte[] part = initiator.receive(Opcode.DATA_IN).data();
            System.arraycopy(part, 0, got, at, part.length);
            at += part.length;
        }
        return got;
    }

    private static byte[] slice(byte[] data, int from, int bytes) {
        return Arrays.copyOfRange(data, from, from + bytes);
    }

    private static byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new Random(bytes).nextBytes(data);
        return data;
    }

    private static OffHeapMemory memory(byte[] data) {
        var memory = OffHeapMemory.allocate(data.length);
        memory.copyFrom(data, 0, 0, data.length);
        return memory;
    }
}

package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.Capabilities;
import dev.weir.blockio.MemoryDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
    private static final byte[] NOTHING = {};

    private final MemoryDevice device = new MemoryDevice(1 << 20);
    private final Exports exports = Exports.of(device);
    private NbdServer server;

    @BeforeEach
    void start() throws IOException {
        server = exports.serve();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldGreetWithFixedNewstyle() throws IOException {
        try (WireClient client = WireClient.connect(server)) {
            assertThat(hex(client.read(18)))
                    .isEqualTo("4e42444d41474943" + "49484156454f5054" + "0003");
        }
    }

    @Test
    void shouldDescribeAnExportWithWhatWasAskedForAndStayInOptions() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.INFO, WireClient.describe("disk", 1, 2, 3, 77));

            assertThat(hex(client.optionAnswer().payload()))
                    .isEqualTo("0000" + "0000000000100000" + "0d6d");
            assertThat(hex(client.optionAnswer().payload())).isEqualTo("0001" + "6469736b");
            assertThat(hex(client.optionAnswer().payload())).isEqualTo("0002" + "61206469736b");
            assertThat(hex(client.optionAnswer().payload()))
                    .isEqualTo("0003" + "00000001" + "00010000" + "02000000");
            client.expectAck();
            client.go("disk");
            client.expectInStep();
        }
    }

    @Test
    void shouldEnterTheDefaultExportUnderItsOwnName() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.GO, WireClient.describe("", 1));

            assertThat(client.optionAnswer().payload()).hasSize(12);
            assertThat(hex(client.optionAnswer().payload())).isEqualTo("0001" + "6469736b");
            client.expectAck();
            client.expectInStep();
            assertThat(server.clients()).extracting(NbdClient::exportName).containsExactly("disk");
        }
    }

    @Test
    void shouldOfferNoChangesOnAReadOnlyExport() throws IOException {
        exports.add(new NbdExport("fixed", "", device, true));
        exports.add(
                new NbdExport(
                        "rom",
                        "",
                        new MemoryDevice(512, new Capabilities(true, true, true, 512, 512)),
                        false));
        try (WireClient client = WireClient.greeted(server)) {
            for (String name : new String[] {"fixed", "rom"}) {
                client.option(Option.INFO, WireClient.describe(name));

                ByteBuffer info = ByteBuffer.wrap(client.optionAnswer().payload());
                assertThat(info.getShort(10)).isEqualTo((short) 0x050f);
                client.expectAck();
            }
        }
    }

    @Test
    void shouldOfferTrimOnlyWhereItGivesSpaceBack() throws IOException {
        exports.add(
                new NbdExport(
                        "thick",
                        "",
                        new MemoryDevice(512, new Capabilities(false, false, true, 512, 512)),
                        false));
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.INFO, WireClient.describe("thick"));

            int flags = ByteBuffer.wrap(client.optionAnswer().payload()).getShort(10);
            assertThat(flags & TransmissionFlags.SEND_TRIM).isZero();
        }
    }

    @Test
    void shouldEnterByExportNameWithAndWithoutPadding() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.EXPORT_NAME, WireClient.utf8("disk"));
            assertThat(hex(client.read(10))).isEqualTo("0000000000100000" + "0d6d");
            client.expectInStep();
        }
        try (WireClient client = WireClient.connect(server)) {
            client.read(18);
            client.send(WireClient.ints(0));
            client.option(Option.EXPORT_NAME, WireClient.utf8("disk"));
            assertThat(client.read(134)).endsWith(new byte[124]);
            client.expectInStep();
        }
    }

    @Test
    void shouldListEveryExport() throws IOException {
        exports.add(new NbdExport("zwei", "", device, false));
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.LIST, NOTHING);

            assertThat(hex(client.optionAnswer().payload()))
                    .isEqualTo("00000004" + "6469736b" + "61206469736b");
            assertThat(hex(client.optionAnswer().payload())).isEqualTo("00000004" + "7a776569");
            client.expectAck();
        }
    }

    @Test
    void shouldAcknowledgeAbortAndHangUp() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.ABORT, NOTHING);

            client.expectAck();
            client.expectClosed();
        }
    }

    @Test
    void shouldGoOnAfterAnUnknownExport() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.GO, WireClient.describe("nothing"));

            assertThat(client.optionAnswer().type()).isEqualTo(0x80000006);
            client.go("disk");
            client.expectInStep();
        }
    }

    @Test
    void shouldHangUpWhenAnUnknownExportIsEnteredByName() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.EXPORT_NAME, WireClient.utf8("nothing"));

            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Option.STARTTLS, 11, 4, 99, Integer.MIN_VALUE})
    void shouldStayInStepAfterAnOptionItDoesNotOffer(int code) throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(code, NOTHING);

            assertThat(client.optionAnswer().type()).isEqualTo(0x80000001);
            client.go("disk");
            client.expectInStep();
        }
    }

    @Test
    void shouldDemandStructuredRepliesBeforeMetaContexts() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.SET_META_CONTEXT, WireClient.contexts("disk", "base:allocation"));

            assertThat(client.optionAnswer().type()).isEqualTo(0x80000003);
        }
    }

    @Test
    void shouldListAndSelectTheAllocationContext() throws IOException {
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.STRUCTURED_REPLY, NOTHING);
            client.expectAck();
            client.option(Option.LIST_META_CONTEXT, WireClient.contexts("disk"));
            assertThat(hex(client.optionAnswer().payload()))
                    .isEqualTo("00000000" + hex(WireClient.utf8("base:allocation")));
            client.expectAck();
            client.option(Option.LIST_META_CONTEXT, WireClient.contexts("disk", "qemu:"));
            client.expectAck();
            client.option(
                    Option.SET_META_CONTEXT,
                    WireClient.contexts("disk", "qemu:dirty-bitmap", "base:allocation"));
            assertThat(hex(client.optionAnswer().payload()))
                    .isEqualTo("00000001" + hex(WireClient.utf8("base:allocation")));
            client.expectAck();
            client.option(Option.SET_META_CONTEXT, WireClient.contexts("nothing", "base:"));
            assertThat(client.optionAnswer().type()).isEqualTo(0x80000006);
        }
    }

    @Test
    void shouldReportNoAllocationOfAnExportItWasNotSelectedFor() throws IOException {
        exports.add(new NbdExport("other", "", device, false));
        try (WireClient client = WireClient.greeted(server)) {
            client.option(Option.STRUCTURED_REPLY, NOTHING);
            client.expectAck();
            client.option(Option.SET_META_CONTEXT, WireClient.contexts("other", "base:allocation"));
            client.optionAnswer();
            client.expectAck();
            client.go("disk");
            client.request(NbdCommand.BLOCK_STATUS, 0, 1, 0, 512);

            WireClient.Chunk chunk = client.chunk();
            assertThat(chunk.type()).isEqualTo(ReplyCodec.TYPE_ERROR);
            assertThat(hex(chunk.payload())).isEqualTo("00000016" + "0000");
        }
    }

    @Test
    void shouldTakeOptionsAndRequestsSentWithoutWaiting() throws IOException {
        byte[] go = WireClient.describe("disk");
        try (WireClient client = WireClient.connect(server)) {
            client.send(
                    ByteBuffer.allocate(4 + 16 + 16 + go.length + 28)
                            .putInt(WireClient.CLIENT_FLAGS)
                            .putLong(Handshake.OPTION_MAGIC)
                            .putInt(Option.STRUCTURED_REPLY)
                            .putInt(0)
                            .putLong(Handshake.OPTION_MAGIC)
                            .putInt(Option.GO)
                            .putInt(go.length)
                            .put(go)
                            .put(WireClient.requestBytes(NbdCommand.FLUSH, 0, 9, 0, 0))
                            .array());

            client.read(18);
            client.expectAck();
            client.optionAnswer();
            client.expectAck();
            assertThat(client.reply()).isEqualTo(new WireClient.Reply(NbdErrno.OK, 9));
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.wire.ReplyBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Request bytes in, reply bytes out. */
class TransmissionCodecTest {
    private static final long COOKIE = 0x0102030405060708L;

    private final BufferPool pool = new BufferPool();
    private final StringBuilder sent = new StringBuilder();
    private final ReplyBuffer out = new ReplyBuffer(pool, BufferPool.SMALL_BYTES, this::keep);

    @AfterEach
    void freeBuffers() {
        out.release();
        pool.close();
    }

    @Test
    void shouldReadTheFieldsOfARequestWhereverItLies() {
        ByteBuffer buffer =
                hex("ffffff 25609513 0011 0006 0102030405060708 fffffffffffffffe ffffffff");

        assertThat(RequestHeader.magic(buffer, 3)).isEqualTo(RequestHeader.MAGIC);
        assertThat(RequestHeader.flags(buffer, 3)).isEqualTo(0x11);
        assertThat(RequestHeader.type(buffer, 3)).isEqualTo(NbdCommand.WRITE_ZEROES);
        assertThat(RequestHeader.cookie(buffer, 3)).isEqualTo(COOKIE);
        assertThat(RequestHeader.offset(buffer, 3)).isEqualTo(-2);
        assertThat(RequestHeader.length(buffer, 3)).isEqualTo(0xffffffffL);
    }

    @Test
    void shouldWriteASimpleReply() throws IOException {
        ReplyCodec.simple(out, COOKIE, NbdErrno.ENOSPC);

        assertThat(bytes()).isEqualTo("67446698" + "0000001c" + "0102030405060708");
    }

    @Test
    void shouldWriteADataChunkInFrontOfItsData() throws IOException {
        out.room(64);
        out.memory().setByte(ReplyCodec.DATA_CHUNK_BYTES, (byte) 0x5a);
        ReplyCodec.dataHeader(out, COOKIE, 0x10, 1, ReplyCodec.FLAG_DONE);
        out.advance(ReplyCodec.DATA_CHUNK_BYTES + 1);

        assertThat(bytes())
                .isEqualTo(
                        "668e33ef"
                                + "0001"
                                + "0001"
                                + "0102030405060708"
                                + "00000009"
                                + "0000000000000010"
                                + "5a");
    }

    @Test
    void shouldWriteAHoleChunk() throws IOException {
        ReplyCodec.hole(out, COOKIE, 0x10, 0x1000, 0);

        assertThat(bytes())
                .isEqualTo(
                        "668e33ef"
                                + "0000"
                                + "0002"
                                + "0102030405060708"
                                + "0000000c"
                                + "0000000000000010"
                                + "00001000");
    }

    @Test
    void shouldWriteBlockStatusWithEqualNeighboursJoined() throws IOException {
        out.room(1024);
        AllocationRuns runs =
                new AllocationRuns(out.view(), ReplyCodec.STATUS_CHUNK_BYTES, 10, 0x5000);
        runs.visit(0x1000, false, false);
        runs.visit(0x1000, false, false);
        runs.visit(0x1000, true, true);
        boolean goOn = runs.visit(0x9000, false, true);
        ReplyCodec.statusHeader(out, COOKIE, 1, runs.count());
        out.advance(ReplyCodec.STATUS_CHUNK_BYTES + 3 * ReplyCodec.STATUS_RUN_BYTES);

        assertThat(goOn).isFalse();
        assertThat(bytes())
                .isEqualTo(
                        "668e33ef"
                                + "0001"
                                + "0005"
                                + "0102030405060708"
                                + "0000001c"
                                + "00000001"
                                + "00002000"
                                + "00000000"
                                + "00001000"
                                + "00000003"
                                + "00002000"
                                + "00000002");
    }

    @Test
    void shouldJoinNeighboursIntoTheOnlyRunAskedFor() throws IOException {
        out.room(1024);
        AllocationRuns runs = new AllocationRuns(out.view(), 0, 1, 0x5000);

        assertThat(runs.visit(0x1000, true, true)).isTrue();
        assertThat(runs.visit(0x1000, true, true)).isTrue();
        assertThat(runs.visit(0x1000, false, false)).isFalse();

        assertThat(runs.count()).isEqualTo(1);
        assertThat(out.view().getInt(0)).isEqualTo(0x2000);
    }

    @Test
    void shouldWriteAnErrorChunkWithoutAMessage() throws IOException {
        ReplyCodec.errorChunk(out, COOKIE, NbdErrno.EIO);

        assertThat(bytes())
                .isEqualTo(
                        "668e33ef"
                                + "0001"
                                + "8001"
                                + "0102030405060708"
                                + "00000006"
                                + "00000005"
                                + "0000");
    }

    @Test
    void shouldDrainAFullBufferBeforeTheNextReply() throws IOException {
        int replies = BufferPool.SMALL_BYTES / ReplyCodec.SIMPLE_BYTES + 1;
        for (int i = 0; i < replies; i++) {
            ReplyCodec.simple(out, i, NbdErrno.OK);
        }

        assertThat(sent).hasSize(2 * BufferPool.SMALL_BYTES);
        assertThat(out.position()).isEqualTo(ReplyCodec.SIMPLE_BYTES);
    }

    private String bytes() throws IOException {
        out.drain();
        return sent.toString();
    }

    private void keep(ByteBuffer contents) {
        byte[] bytes = new byte[contents.remaining()];
        contents.get(bytes);
        sent.append(HexFormat.of().formatHex(bytes));
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}

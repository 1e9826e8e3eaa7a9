package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireValuesTest {

    /** RFC 7143 Appendix A.4. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, aa36918a",
        "255, 0, 43aba862",
        "0, 1, 4e79dd46",
        "31, -1, 5cdb3f11",
    })
    void shouldComputeTheDigestsOfTheRfc(int first, int step, String expected) {
        try (OffHeapMemory memory = OffHeapMemory.allocate(32)) {
            for (int i = 0; i < 32; i++) {
                memory.setByte(i, (byte) (first + i * step));
            }
            assertThat(HexFormat.of().toHexDigits(Digest.of(memory, 0, 32))).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x0aFF, 0aff",
        "0X00, 00",
        "0bAQID, 010203",
        "0BAQI=, 0102",
        "0x, ''",
        "0b, ''",
    })
    void shouldDecodeBinaryValues(String text, String hex) {
        assertThat(BinaryValue.decode(text, 3)).contains(HexFormat.of().parseHex(hex));
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "0",
        "x00",
        "1x00",
        "0x0",
        "0x0g",
        "0x00112233",
        "0bAQIDBA==",
        "0b*",
        "0y00",
        "ff",
    })
    void shouldRefuseWhatIsNotABinaryValueOfThatLength(String text) {
        assertThat(BinaryValue.decode(text, 3)).isEmpty();
    }

    @Test
    void shouldReadBackWhatItEncoded() {
        byte[] bytes = {1, -1, 0, 127};
        assertThat(BinaryValue.decode(BinaryValue.encode(bytes), 4)).contains(bytes);
    }

    @Test
    void shouldTakeLongCdbsOutOfAdditionalHeaders() {
        ByteBuffer pdu = ByteBuffer.allocate(64);
        pdu.putInt(4, 4 << 24);
        for (int i = 32; i < 48; i++) {
            pdu.put(i, (byte) i);
        }
        // Length 9: a reserved byte and eight of the CDB.
        pdu.putShort(48, (short) 9).put(50, (byte) 1).putLong(52, 0x0102030405060708L);
        ByteBuffer cdb = ByteBuffer.allocate(ScsiCommandPdu.MAX_CDB_BYTES);

        assertThat(ScsiCommandPdu.copyCdb(pdu, 0, cdb)).isTrue();

        assertThat(cdb.remaining()).isEqualTo(24);
        assertThat(cdb.getLong(16)).isEqualTo(0x0102030405060708L);
    }

    @Test
    void shouldSurviveRandomAdditionalHeaders() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ByteBuffer cdb = ByteBuffer.allocate(ScsiCommandPdu.MAX_CDB_BYTES);
        byte[] bytes = new byte[48 + 255 * 4];
        for (int round = 0; round < 100_000; round++) {
            random.nextBytes(bytes);
            ByteBuffer pdu = ByteBuffer.wrap(bytes);
            int words = random.nextInt(256);
            pdu.put(4, (byte) words);
            for (int at = 48; at < bytes.length - 4; at += 4 * (1 + random.nextInt(4))) {
                pdu.putShort(at, (short) random.nextInt(40)).put(at + 2, (byte) random.nextInt(3));
            }
            ScsiCommandPdu.copyCdb(pdu, 0, cdb);
            assertThat(cdb.remaining()).as("seed %d", seed).isBetween(16, 260);
        }
    }

    @Test
    void shouldCompareNumbersThatWrapAround() {
        assertThat(SerialNumber.isBefore(-1, 0)).isTrue();
        assertThat(SerialNumber.isBefore(Integer.MAX_VALUE, Integer.MIN_VALUE)).isTrue();
        assertThat(SerialNumber.isAfter(0, 0)).isFalse();
        assertThat(SerialNumber.isAfter(2, -2)).isTrue();
    }
}

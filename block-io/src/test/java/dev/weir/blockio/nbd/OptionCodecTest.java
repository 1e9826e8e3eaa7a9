package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionCodecTest {

    @Test
    void shouldReadGoWithItsInformationRequests() {
        assertThat(decode(Option.GO, "00000004 6469736b 0002 0001 0003"))
                .isEqualTo(new Option.DescribeExport("disk", Set.of(1, 3), true));
    }

    @Test
    void shouldReadInfoForTheDefaultExport() {
        assertThat(decode(Option.INFO, "00000000 0000"))
                .isEqualTo(new Option.DescribeExport("", Set.of(), false));
    }

    @Test
    void shouldReadExportNameToTheEndOfTheOption() {
        assertThat(decode(Option.EXPORT_NAME, "6469736b"))
                .isEqualTo(new Option.EnterExport("disk"));
    }

    @Test
    void shouldReadMetaContextQueries() {
        assertThat(decode(Option.SET_META_CONTEXT, "00000001 64 00000002 00000002 613a 00000000"))
                .isEqualTo(new Option.MetaContexts("d", List.of("a:", ""), true));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "name longer than the option,                 7, 00000005 6469736b 0000",
        "name of 4 GiB,                               7, ffffffff 6469736b 0000",
        "no number of requests,                       7, 00000004 6469736b",
        "half a number of requests,                   7, 00000004 6469736b 00",
        "more requests than data,                     7, 00000004 6469736b 0002 0001",
        "fewer requests than data,                    7, 00000004 6469736b 0000 0001",
        "no name,                                     6, 0000",
        "name that is not UTF-8,                      6, 00000002 c328 0000",
        "export name that is not UTF-8,               1, c328",
        "more queries than data,                     10, 00000000 7fffffff",
        "4 Gi queries,                               10, 00000000 ffffffff",
        "query longer than the option,               10, 00000000 00000001 00000002 61",
        "data behind the queries,                    10, 00000000 00000000 00",
        "no number of queries,                        9, 00000000",
        "structured replies with data,                8, 00",
        "list with data,                              3, 00000000",
        "TLS with data,                               5, 01"
    })
    void shouldRefuseMalformedOptions(String what, int code, String hex) {
        assertThat(decode(code, hex))
                .as(what)
                .isInstanceOfSatisfying(
                        Option.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(0x80000003));
    }

    @Test
    void shouldCallAStringTooBigWhenItIsLongerThanTheProtocolAllows() {
        ByteBuffer data = ByteBuffer.allocate(6 + 4097).putInt(4097).rewind();

        assertThat(OptionCodec.decode(Option.GO, data))
                .isInstanceOfSatisfying(
                        Option.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(0x80000009));
    }

    @ParameterizedTest
    @CsvSource({"0", "4", "11", "12", "-1"})
    void shouldCallUnknownOptionsUnsupported(int code) {
        assertThat(decode(code, "00112233"))
                .isInstanceOfSatisfying(
                        Option.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(0x80000001));
    }

    private static Option decode(int code, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return OptionCodec.decode(code, ByteBuffer.wrap(bytes));
    }
}

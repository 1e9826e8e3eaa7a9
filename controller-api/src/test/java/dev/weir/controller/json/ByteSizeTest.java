package dev.weir.controller.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "512B, 512",
        "1KiB, 1024",
        "1 KiB, 1024",
        "10GiB, 10737418240",
        "64TiB, 70368744177664",
        "8191PiB, 9222246136947933184",
        "-1KiB, -1024",
        "8192PiB, 9223372036854775807",
        "-8193PiB, -9223372036854775808",
        "99999999999999999999999, 9223372036854775807"
    })
    void shouldReadBytesAndBinaryUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "GiB", "10GB", "10G", "10gib", "1.5GiB", "1e3", "+1", "0x10", "10EiB",
                "10  GiB", " 10GiB", "10GiB ", "１０"
            })
    void shouldRefuseEverythingElse(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(ByteSize.FORM_IN_WORDS);
    }
}

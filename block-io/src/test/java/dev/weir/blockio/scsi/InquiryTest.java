package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InquiryTest {
    private final ScsiTarget target = Units.target();
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, Units.device()));
        client = ScsiClient.attach(target, "one");
    }

    private byte[] page(int page) {
        return client.run(String.format("12 01 %02x 0f ff 00", page)).data();
    }

    private static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldPresentADisk() {
        byte[] data = client.run("12 00 00 00 ff 00").data();

        assertThat(data).hasSize(96);
        assertThat(data[0]).as("direct access block device").isZero();
        assertThat(data[2]).as("SPC-4").isEqualTo((byte) 6);
        assertThat(data[3] & 0x20).as("NORMACA").isZero();
        assertThat(data[4] & 0xff).isEqualTo(96 - 5);
        assertThat(data[5] & 0x30).as("implicit ALUA").isEqualTo(0x10);
        assertThat(text(data, 8, 8)).isEqualTo("WEIR    ");
        assertThat(text(data, 16, 16)).isEqualTo("VOLUME          ");
        assertThat(text(data, 32, 4)).isEqualTo("1   ");
    }

    @Test
    void shouldCutItsAnswerToTheAllocationLength() {
        ScsiClient.Reply reply = client.run("12 00 00 00 05 00");

        assertThat(reply.data()).hasSize(5);
        assertThat(reply.data()[4] & 0xff).as("not the cut length").isEqualTo(96 - 5);
    }

    @Test
    void shouldListItsPagesInOrderAndHaveThemAll() {
        byte[] pages = page(0);
        int last = -1;
        for (int at = 4; at < pages.length; at++) {
            int code = pages[at] & 0xff;
            assertThat(code).isGreaterThan(last);
            byte[] page = page(code);
            assertThat(page[1] & 0xff).isEqualTo(code);
            assertThat(ByteBuffer.wrap(page).getShort(2)).isEqualTo((short) (page.length - 4));
            last = code;
        }
        assertThat(last).isEqualTo(0xb2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12 01 7f 00 ff 00", "12 00 80 00 ff 00", "12 02 00 00 ff 00"})
    void shouldRefusePagesItDoesNotHave(String cdb) {
        assertThat(client.run(cdb).outcome()).isEqualTo("02 05/24/00");
    }

    @Test
    void shouldNameTheUnitThePortAndTheTarget() {
        ByteBuffer page = ByteBuffer.wrap(page(0x83));
        StringBuilder seen = new StringBuilder();
        for (int at = 4; at < page.limit(); at += 4 + page.get(at + 3)) {
            seen.append(String.format("%02x%02x ", page.get(at), page.get(at + 1)));
        }

        assertThat(seen.toString().trim()).isEqualTo("0103 0201 5194 5195 5398 53a8");
        assertThat(page.getLong(8)).isEqualTo(0x6001_4050_0000_0000L);
        String names = new String(page.array(), StandardCharsets.UTF_8);
        assertThat(names).contains("iqn.2026-01.test:target,t,0x0001", "WEIR    serial-1");
    }

    @Test
    void shouldTellItsLimits() {
        ByteBuffer limits = ByteBuffer.wrap(page(0xb0));

        assertThat(limits.limit()).isEqualTo(64);
        assertThat(limits.get(5) & 0xff).as("compare and write").isEqualTo(128);
        assertThat(limits.getInt(8)).as("transfer").isEqualTo((8 << 20) / 512);
        assertThat(limits.getInt(20)).as("unmap").isEqualTo(1 << 20);
        assertThat(limits.getInt(28)).as("granularity").isEqualTo(128);
        assertThat(limits.getInt(44)).as("atomic: none that the device keeps").isZero();
        assertThat(page(0xb2)[5] & 0xff).as("LBPU LBPWS LBPWS10 LBPRZ").isEqualTo(0xe4);
        assertThat(page(0xb1)[5]).as("does not rotate").isEqualTo((byte) 1);
    }

    @Test
    void shouldTellTheCapacity() {
        ByteBuffer ten = client.run("25 00 00 00 00 00 00 00 00 00").buffer();
        ByteBuffer sixteen = client.run("9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00").buffer();

        assertThat(ten.getInt(0)).isEqualTo(8191);
        assertThat(ten.getInt(4)).isEqualTo(512);
        assertThat(sixteen.getLong(0)).isEqualTo(8191);
        assertThat(sixteen.getInt(8)).isEqualTo(512);
        assertThat(sixteen.get(14) & 0xff).as("LBPME LBPRZ").isEqualTo(0xc0);
        assertThat(client.run("25 00 00 00 00 01 00 00 00 00").outcome()).isEqualTo("02 05/24/00");
    }
}

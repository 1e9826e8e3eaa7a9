package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationReportsTest {
    private final ScsiTarget target = Units.target();
    private ScsiClient client;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, Units.device()));
        client = ScsiClient.attach(target, "one");
    }

    private ScsiClient.Reply report(int options, int opcode, int action) {
        return client.run(
                String.format("a3 0c %02x %02x %04x 00 00 ff ff 00 00", options, opcode, action));
    }

    @Test
    void shouldDescribeEveryCommandAsTheTableHasIt() {
        ByteBuffer all = report(0x80, 0, 0).buffer();
        List<Operation> operations =
                Operations.all().list().stream()
                        .filter(operation -> operation.opcode() != 0x9c)
                        .toList();

        assertThat(all.getInt(0)).isEqualTo(operations.size() * 20);
        for (int number = 0; number < operations.size(); number++) {
            Operation operation = operations.get(number);
            int at = 4 + number * 20;
            int action = Math.max(0, operation.serviceAction());
            assertThat(all.get(at) & 0xff).isEqualTo(operation.opcode());
            assertThat(all.getShort(at + 2)).isEqualTo((short) action);
            assertThat(all.get(at + 5) & 0x01).isEqualTo(operation.hasServiceAction() ? 1 : 0);
            assertThat(all.getShort(at + 6)).isEqualTo((short) operation.cdbBytes());
            assertThat(all.getShort(at + 8)).isEqualTo((short) 10);
            ByteBuffer one =
                    report(operation.hasServiceAction() ? 2 : 1, operation.opcode(), action)
                            .buffer();
            assertThat(one.get(1)).isEqualTo((byte) 3);
            assertThat(one.slice(4, operation.cdbBytes())).isEqualTo(operation.usage());
        }
    }

    @Test
    void shouldGiveEveryCommandTheLengthItsOperationCodeSays() {
        for (Operation operation : Operations.all().list()) {
            assertThat(operation.cdbBytes())
                    .as("operation code %x", operation.opcode())
                    .isEqualTo(Cdb.bytes(operation.opcode()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, a3, 0c, 02 05/24/00", // has service actions
        "2, 28, 00, 02 05/24/00", // has none
        "4, 28, 00, 02 05/24/00"
    })
    void shouldRefuseAWrongQuestion(int options, String opcode, String action, String outcome) {
        assertThat(
                        report(options, Integer.parseInt(opcode, 16), Integer.parseInt(action, 16))
                                .outcome())
                .isEqualTo(outcome);
    }

    @Test
    void shouldSayWhatIsNotSupported() {
        assertThat(report(1, 0x48, 0).data()).containsExactly(0, 1, 0, 0);
        assertThat(report(3, 0xa3, 0x1f).data()).containsExactly(0, 1, 0, 0);
        assertThat(report(3, 0x9c, 0).data()).as("not on this device").containsExactly(0, 1, 0, 0);
        assertThat(report(3, 0x28, 0).data()[1]).isEqualTo((byte) 3);
    }

    @ParameterizedTest
    @CsvSource({
        "48 01 00 00 00 00 00 00 00 00, 02 05/20/00",
        "37 00 00 00 00 00 00 00 08 00, 02 05/20/00",
        "ff 00 00 00 00 00, 02 05/20/00",
        "5e 04 00 00 00 00 00 00 08 00, 02 05/24/00",
        "9e 1f 00 00 00 00 00 00 00 00 00 00 00 00 00 00, 02 05/24/00"
    })
    void shouldRefuseCommandsItDoesNotKnow(String cdb, String outcome) {
        assertThat(client.run(cdb).outcome()).isEqualTo(outcome);
    }

    @Test
    void shouldReportTaskManagementFunctions() {
        assertThat(client.run("a3 0d 00 00 00 00 00 00 00 04 00 00").data())
                .containsExactly(0xde, 0, 0, 0);
        assertThat(client.run("a3 0d 80 00 00 00 00 00 00 10 00 00").data()).hasSize(16);
        assertThat(client.run("a3 0d 00 00 00 00 00 00 00 03 00 00").outcome())
                .isEqualTo("02 05/24/00");
    }

    @Test
    void shouldReportOneGroupOfActivePorts() {
        ByteBuffer groups = client.run("a3 0a 00 00 00 00 00 00 01 00 00 00").buffer();
        List<Integer> ports = new ArrayList<>();
        for (int at = 12; at < groups.limit(); at += 4) {
            ports.add(groups.getInt(at));
        }

        assertThat(groups.getInt(0)).isEqualTo(groups.limit() - 4);
        assertThat(groups.get(4)).as("active/optimized").isZero();
        assertThat(groups.getShort(6)).as("group").isEqualTo((short) 1);
        assertThat(ports).containsExactly(1, 2);
        ByteBuffer extended = client.run("a3 2a 00 00 00 00 00 00 01 00 00 00").buffer();
        assertThat(extended.get(4)).isEqualTo((byte) 0x10);
        assertThat(extended.limit()).isEqualTo(groups.limit() + 4);
    }
}

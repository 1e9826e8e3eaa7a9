package dev.weir.blockio.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.wire.Traffic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandsTest {
    private static final int SIZE = 1 << 20;

    private final ExportCommands commands =
            new ExportCommands(
                    new ExportCommands.Session(
                            new NbdExport("disk", "", new MemoryDevice(SIZE), false),
                            false,
                            false,
                            1 << 20,
                            new Traffic()));

    @ParameterizedTest
    @CsvSource({
        "1048576, 1",
        "1048575, 2",
        "9223372036854775807, 1",
        "9223372036854775296, 512",
        "-9223372036854775808, 4096",
        "-1, 1",
        "-512, 512",
        "-512, 4096",
        "1, 1048576"
    })
    void shouldKeepRangesThatLeaveTheExportAwayFromTheDevice(long offset, long length) {
        assertThat(commands.check(NbdCommand.READ, 0, offset, length)).isEqualTo(22);
        assertThat(commands.check(NbdCommand.WRITE, 0, offset, length)).isEqualTo(28);
        assertThat(commands.check(NbdCommand.TRIM, 0, offset, length)).isEqualTo(22);
        assertThat(commands.check(NbdCommand.WRITE_ZEROES, 0, offset, length)).isEqualTo(28);
        assertThat(commands.check(NbdCommand.CACHE, 0, offset, length)).isEqualTo(22);
    }

    @ParameterizedTest
    @CsvSource({"0, 1048576", "1048575, 1", "1048576, 0", "0, 0"})
    void shouldLetRangesWithinTheExportPass(long offset, long length) {
        assertThat(commands.check(NbdCommand.READ, 0, offset, length)).isZero();
        assertThat(commands.check(NbdCommand.WRITE, 0, offset, length)).isZero();
    }
}

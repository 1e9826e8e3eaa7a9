package dev.weir.blockio.file;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDeviceTest {
    private static final long SIZE = 8L << 20;

    private final OffHeapMemory buffer = OffHeapMemory.allocate(1 << 20);

    @TempDir Path directory;

    @AfterEach
    void freeBuffer() {
        buffer.close();
    }

    @Test
    void shouldReadBackWhatWasWrittenAfterReopening() throws IOException {
        Path path = directory.resolve("d0");
        try (FileDevice device = FileDevice.create(path, SIZE)) {
            buffer.setLong(0, 42);
            device.write(4096 + 3, buffer, 0, 8, true);
        }

        try (FileDevice device = FileDevice.open(path)) {
            assertThat(device.sizeBytes()).isEqualTo(SIZE);
            device.read(4096 + 3, buffer, 8, 8);
            assertThat(buffer.getLong(8)).isEqualTo(42);
        }
    }

    @Test
    void shouldRefuseAFileWithContents() throws IOException {
        Path path = directory.resolve("precious");
        Files.writeString(path, "data");

        assertFailure(() -> FileDevice.create(path, SIZE), StorageFailure.InUse.class);

        assertThat(path).hasContent("data");
    }

    @Test
    void shouldRefuseAFileThatIsAlreadyOpen() throws IOException {
        Path path = directory.resolve("d0");
        FileDevice first = FileDevice.create(path, SIZE);

        assertFailure(() -> FileDevice.open(path), StorageFailure.InUse.class);
        // The failed attempt must not have dropped the lock of the first.
        assertFailure(() -> FileDevice.open(path), StorageFailure.InUse.class);

        first.close();
        try (FileDevice second = FileDevice.open(path)) {
            assertThat(second.sizeBytes()).isEqualTo(SIZE);
        }
    }

    @Test
    void shouldRefuseWhatIsNoFile() {
        assertFailure(() -> FileDevice.open(directory), StorageFailure.DeviceFailed.class);
        assertFailure(
                () -> FileDevice.open(directory.resolve("none")), StorageFailure.Invalid.class);
    }

    @Test
    void shouldReserveAndGiveBackSpaceOfTheHost() throws IOException {
        Path path = directory.resolve("d0");
        try (FileDevice device = FileDevice.create(path, SIZE)) {
            long empty = blocks(path);

            device.zero(0, 4 << 20, ZeroMode.ALLOCATE, false);
            assertThat(blocks(path) - empty).isGreaterThanOrEqualTo((4 << 20) / 512);

            device.trim(0, 4 << 20, false);
            assertThat(blocks(path)).isLessThan(empty + 64);
        }
    }

    @Test
    void shouldZeroInEveryMode() throws IOException {
        try (FileDevice device = FileDevice.create(directory.resolve("d0"), SIZE)) {
            for (ZeroMode mode : ZeroMode.values()) {
                fill(buffer, 16384);
                device.write(0, buffer, 0, 16384, false);

                device.zero(100, 16000, mode, false);

                device.read(0, buffer, 0, 16384);
                assertThat(buffer.isZero(100, 16000)).isTrue();
                assertThat(buffer.getByte(99)).isEqualTo((byte) 0x5a);
                assertThat(buffer.getByte(16100)).isEqualTo((byte) 0x5a);
            }
        }
    }

    @Test
    void shouldTellHolesFromData() throws IOException {
        try (FileDevice device = FileDevice.create(directory.resolve("d0"), SIZE)) {
            fill(buffer, 65536);
            device.write(1 << 20, buffer, 0, 65536, false);

            List<String> runs = new ArrayList<>();
            device.blockStatus(
                    0,
                    SIZE,
                    (length, hole, zero) -> {
                        runs.add((hole && zero ? "hole " : "data ") + length);
                        return true;
                    });

            assertThat(runs)
                    .containsExactly(
                            "hole 1048576", "data 65536", "hole " + (SIZE - (1 << 20) - 65536));
        }
    }

    @Test
    void shouldTurnAFaultInTheMappingIntoAnIoError() throws IOException {
        Path path = directory.resolve("d0");
        try (FileDevice device = FileDevice.create(path, SIZE)) {
            try (RandomAccessFile other = new RandomAccessFile(path.toFile(), "rw")) {
                other.setLength(1 << 20);
            }

            // Often enough for the compiled code to be reached too.
            for (int i = 0; i < 20_000; i++) {
                assertFailure(
                        () -> device.read(4 << 20, buffer, 0, 4096),
                        StorageFailure.DeviceFailed.class);
            }
            assertFailure(
                    () -> device.write(4 << 20, buffer, 0, 4096, false),
                    StorageFailure.DeviceFailed.class);

            device.read(0, buffer, 0, 4096);
            assertThat(buffer.isZero(0, 4096)).isTrue();
        }
    }

    /**
     * Compiled and inlined as hot code is: there a fault would surface after the request has
     * returned.
     */
    @Test
    void shouldFailTheFaultingRequestItselfInCompiledCode() throws IOException {
        Path path = directory.resolve("d0");
        try (FileDevice device = FileDevice.create(path, SIZE)) {
            for (int i = 0; i < 100_000; i++) {
                assertThat(fails(device, i)).isFalse();
            }
            try (RandomAccessFile other = new RandomAccessFile(path.toFile(), "rw")) {
                other.setLength(1 << 20);
            }

            int failed = 0;
            for (int i = 0; i < 100_000; i++) {
                failed += fails(device, i) ? 1 : 0;
            }

            assertThat(failed).isEqualTo(100_000);
        }
    }

    private boolean fails(FileDevice device, int i) {
        try {
            if (i % 2 == 0) {
                device.read(4 << 20, buffer, 0, 4096);
            } else {
                device.write(4 << 20, buffer, 0, 4096, false);
            }
            return false;
        } catch (StorageException e) {
            return true;
        }
    }

    @Test
    void shouldRefuseRangesOutsideAndUseAfterClose() throws IOException {
        FileDevice device = FileDevice.create(directory.resolve("d0"), SIZE);
        assertFailure(() -> device.read(SIZE - 1, buffer, 0, 2), StorageFailure.OutOfRange.class);
        assertFailure(
                () -> device.read(Long.MAX_VALUE, buffer, 0, 2), StorageFailure.OutOfRange.class);
        assertFailure(() -> device.trim(-1, 2, false), StorageFailure.OutOfRange.class);
        device.close();
        device.close();
        assertFailure(() -> device.read(0, buffer, 0, 2), StorageFailure.Closed.class);
    }

    private static void fill(OffHeapMemory memory, int length) {
        for (int i = 0; i < length; i++) {
            memory.setByte(i, (byte) 0x5a);
        }
    }

    /** What the host holds for the file, in units of 512 bytes. */
    private static long blocks(Path path) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip());
    }

    private static void assertFailure(
            ThrowingCallable call, Class<? extends StorageFailure> failure) {
        assertThatThrownBy(call)
                .asInstanceOf(type(StorageException.class))
                .extracting(StorageException::failure)
                .isInstanceOf(failure);
    }
}

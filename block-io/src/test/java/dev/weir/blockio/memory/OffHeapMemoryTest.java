package dev.weir.blockio.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OffHeapMemoryTest {

    @Test
    void shouldStartZeroedAndReadBackWhatWasStored() {
        try (OffHeapMemory memory = OffHeapMemory.allocate(8192)) {
            assertThat(memory.isZero(0, 8192)).isTrue();

            memory.setLong(8, -2L);

            assertThat(memory.getLong(8)).isEqualTo(-2L);
            assertThat(memory.isZero(0, 16)).isFalse();
            assertThat(memory.isZero(16, 8176)).isTrue();
        }
    }

    @Test
    void shouldRefuseEveryAccessThatLeavesTheMemory() {
        try (OffHeapMemory memory = OffHeapMemory.allocate(64);
                OffHeapMemory other = OffHeapMemory.allocate(16)) {
            assertThatThrownBy(() -> memory.getLong(57))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.getLong(-1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.zero(0, 65))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.zero(Long.MAX_VALUE, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.copyTo(0, other, 0, 17))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void shouldRefuseAccessAfterClose() {
        OffHeapMemory memory = OffHeapMemory.allocate(64);
        memory.close();
        memory.close();

        assertThatThrownBy(() -> memory.getLong(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldComputeTheCastagnoliChecksum() {
        try (OffHeapMemory memory = OffHeapMemory.allocate(9)) {
            memory.copyFrom(
                    "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, 0, 9);

            // The check value of CRC-32C (iSCSI), RFC 3720 appendix B.4.
            assertThat(memory.crc32c(0, 9)).isEqualTo(0xE3069283);
        }
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class LbaStatusListTest {
    private final Medium medium = new Medium(new MemoryDevice(1 << 20), 4096);

    private static String describe(ByteBuffer list) {
        StringBuilder text = new StringBuilder();
        for (int at = 8; at < list.position(); at += 16) {
            text.append(list.getLong(at)).append('+').append(list.getInt(at + 8));
            text.append(list.get(at + 12) == 1 ? " hole " : " data ");
        }
        return text.toString().trim();
    }

    @Test
    void shouldTakeABlockThatIsAHoleInPartForMapped() {
        LbaStatusList list = new LbaStatusList(medium, 2, 1000);

        list.visit(2 * 4096 + 512, true, true);
        list.visit(1024, false, false);
        list.visit(512, true, true);
        list.visit(512, false, false);
        list.visit(1536 + 3 * 4096, true, true);

        assertThat(describe(list.finish())).isEqualTo("2+2 hole 4+1 data 5+3 hole");
    }

    @Test
    void shouldJoinNeighboursOfOneKindAndStopWhenItIsFull() {
        LbaStatusList list = new LbaStatusList(medium, 0, 24 + 16);

        assertThat(list.visit(4096, true, true)).isTrue();
        assertThat(list.visit(4096, true, true)).isTrue();
        assertThat(list.visit(4096, false, false)).isTrue();
        assertThat(list.visit(4096, true, true)).as("no room for a third").isFalse();

        assertThat(describe(list.finish())).isEqualTo("0+2 hole 2+1 data");
    }

    @Test
    void shouldNotCallAHoleWhatDoesNotReadAsZeros() {
        LbaStatusList list = new LbaStatusList(medium, 0, 1000);

        list.visit(4096, true, false);

        assertThat(describe(list.finish())).isEqualTo("0+1 data");
    }

    @Test
    void shouldTakeForMappedWhatItIsNotToldOf() {
        LbaStatusList list = new LbaStatusList(medium, 9, 1000);

        list.visit(512, true, true);

        assertThat(describe(list.finish())).isEqualTo("9+1 data");
    }
}

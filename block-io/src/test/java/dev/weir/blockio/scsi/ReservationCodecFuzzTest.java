package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReservationCodecFuzzTest {

    private static PersistentState state(Random random) {
        Map<Registrant, Long> keys = new LinkedHashMap<>();
        Registrant last = null;
        for (int count = 1 + random.nextInt(5); count > 0; count--) {
            InitiatorPort initiator =
                    new InitiatorPort("iqn.2026-01.test:" + random.nextInt(100), random.nextInt());
            last = new Registrant(initiator, "iqn.2026-01.test:target", 1 + random.nextInt(9));
            keys.put(last, random.nextLong());
        }
        ReservationType[] types = ReservationType.values();
        PersistentState.Reservation held =
                random.nextBoolean() || last == null
                        ? null
                        : new PersistentState.Reservation(
                                types[random.nextInt(types.length)], last);
        return new PersistentState(keys, held, true);
    }

    @Test
    void shouldReadBackWhatItWroteAndNoticeEveryFlippedBit() throws ReservationCodec.Damaged {
        long seed = System.nanoTime();
        System.out.println("ReservationCodecFuzzTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            PersistentState state = state(nonNegative(random));
            byte[] stored = ReservationCodec.encode(state);

            assertThat(ReservationCodec.decode(stored)).isEqualTo(state);

            stored[random.nextInt(stored.length)] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> ReservationCodec.decode(stored))
                    .isInstanceOf(ReservationCodec.Damaged.class);
        }
    }

    private static Random nonNegative(Random random) {
        return new Random(random.nextLong()) {
            private static final long serialVersionUID = 1L;

            @Override
            public int nextInt() {
                return super.nextInt() & Integer.MAX_VALUE;
            }
        };
    }

    @Test
    void shouldReadTransportIdsOrRefuseThem() throws CheckCondition {
        long seed = System.nanoTime();
        System.out.println("ReservationCodecFuzzTest transport ids seed " + seed);
        Random random = new Random(seed);
        InitiatorPort port = new InitiatorPort("iqn.2026-01.test:initiator", 0x23d0000001L);
        ByteBuffer whole = ByteBuffer.allocate(TransportId.bytes(port));
        TransportId.write(whole, port);
        assertThat(TransportId.read(whole.flip())).isEqualTo(port);

        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = whole.array().clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            bytes[random.nextInt(8)] ^= (byte) (1 << random.nextInt(8));
            ByteBuffer from = ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1));
            try {
                TransportId.read(from);
            } catch (CheckCondition _) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}

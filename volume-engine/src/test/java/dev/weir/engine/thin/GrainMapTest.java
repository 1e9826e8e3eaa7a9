package dev.weir.engine.thin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrainMapTest {
    private static final long LAST_GRAIN = (1L << 34) - 1;

    private final LeafStore leaves = new LeafStore();
    private final GrainMap map = new GrainMap(leaves);

    @AfterEach
    void freeLeaves() {
        leaves.close();
    }

    @Test
    void shouldAgreeWithAPlainMapOverTheWholeRange() {
        Map<Long, Long> model = new HashMap<>();
        Random random = new Random(42);
        for (int i = 0; i < 5_000; i++) {
            long grain = random.nextLong(LAST_GRAIN + 1) >>> random.nextInt(30);
            long mapping = Mapping.of(random.nextInt(1 << 20), random.nextInt(1 << 18));
            map.set(grain, mapping);
            model.put(grain, mapping);
        }

        model.forEach((grain, mapping) -> assertThat(map.get(grain)).isEqualTo(mapping));
        assertThat(map.get(LAST_GRAIN)).isEqualTo(model.getOrDefault(LAST_GRAIN, Mapping.NONE));
    }

    @Test
    void shouldSkipToTheNextLeafThatExists() {
        map.set(1L << 30, Mapping.of(1, 1));

        assertThat(map.skipAbsent(0, LAST_GRAIN)).isEqualTo(1L << 30);
        assertThat(map.skipAbsent((1L << 30) + 64, LAST_GRAIN)).isEqualTo(LAST_GRAIN);
        assertThat(map.skipAbsent(5, 1000)).isEqualTo(1000);
    }

    @Test
    void shouldGiveBackALeafOnlyWhenItIsEmptyAndReuseItAsUnmapped() {
        map.set(130, Mapping.of(1, 1));
        map.set(131, Mapping.of(1, 2));
        map.set(130, Mapping.NONE);
        map.retireIfEmpty(130);
        assertThat(map.get(131)).isEqualTo(Mapping.of(1, 2));

        map.set(131, Mapping.NONE);
        map.retireIfEmpty(131);
        assertThat(leaves.takeRetired())
                .hasSize(1)
                .allSatisfy(leaf -> leaves.free(java.util.List.of(leaf)));

        map.set(1_000_000, Mapping.of(7, 7));
        assertThat(map.get(1_000_001)).isEqualTo(Mapping.NONE);
        assertThat(map.get(131)).isEqualTo(Mapping.NONE);
    }

    @Test
    void shouldKeepNeighbouringSlotsNeighbouringInValue() {
        long mapping = Mapping.of(12345, 678);

        assertThat(mapping + 1).isEqualTo(Mapping.of(12345, 679));
        assertThat(Mapping.extent(Mapping.moving(mapping))).isEqualTo(12345);
        assertThat(Mapping.slot(Mapping.moving(mapping))).isEqualTo(678);
        assertThat(Mapping.settled(Mapping.moving(mapping))).isEqualTo(mapping);
        assertThat(Mapping.isMoving(mapping)).isFalse();
    }
}

package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final List<String> granted = new ArrayList<>();
    private final MemoryBudget budget = new MemoryBudget(100, Runnable::run);

    @Test
    void shouldKeepAPartForWhatCannotWait() {
        assertThat(budget.take(70, () -> {})).isTrue();
        assertThat(budget.take(10, () -> granted.add("late"))).isFalse();

        assertThat(budget.tryTake(30)).isTrue();
        assertThat(budget.tryTake(1)).isFalse();

        budget.release(70);
        assertThat(granted).containsExactly("late");
        assertThat(budget.takenBytes()).isEqualTo(40);
    }

    @Test
    void shouldGrantInOrderSoThatALargeOneIsNotPassedOverForEver() {
        budget.take(60, () -> {});
        assertThat(budget.take(70, () -> granted.add("large"))).isFalse();
        assertThat(budget.take(10, () -> granted.add("small"))).as("would fit").isFalse();

        budget.release(60);
        assertThat(granted).containsExactly("large");

        budget.release(70);
        assertThat(granted).containsExactly("large", "small");
    }

    @Test
    void shouldLetThroughAloneWhatIsMoreThanTheShare() {
        assertThat(budget.take(100, () -> {})).isTrue();
        assertThat(budget.tryTake(1)).isFalse();
    }
}

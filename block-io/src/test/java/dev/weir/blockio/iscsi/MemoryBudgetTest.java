package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.iscsi.MemoryBudget.Request;
import dev.weir.blockio.iscsi.MemoryBudget.Share;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final List<String> granted = new ArrayList<>();
    private final MemoryBudget budget = new MemoryBudget(100, 200, Runnable::run);
    private final Share one = budget.share();

    private Request request(long bytes, String name) {
        return new Request(bytes, () -> granted.add(name));
    }

    @Test
    void shouldKeepAPartForWhatCannotWait() {
        assertThat(one.take(request(70, "first"))).isTrue();
        assertThat(one.take(request(10, "late"))).isFalse();

        assertThat(one.tryTake(30)).isTrue();
        assertThat(one.tryTake(1)).isFalse();

        one.release(70);
        assertThat(granted).containsExactly("late");
        assertThat(budget.takenBytes()).isEqualTo(40);
    }

    @Test
    void shouldGrantInOrderSoThatALargeOneIsNotPassedOverForEver() {
        Share other = budget.share();
        one.take(request(60, ""));
        assertThat(one.take(request(70, "large"))).isFalse();
        assertThat(one.take(request(10, "small"))).as("would fit").isFalse();
        assertThat(other.take(request(10, "other"))).as("would fit as well").isFalse();

        one.release(60);
        assertThat(granted).containsExactly("large");

        one.release(70);
        assertThat(granted).containsExactly("large", "other", "small");
    }

    @Test
    void shouldLetThroughAloneWhatIsMoreThanTheShare() {
        assertThat(one.take(request(100, ""))).isTrue();
        assertThat(one.tryTake(1)).isFalse();
    }

    @Test
    void shouldLeaveTheRestToOthersWhenOneHasItsShare() {
        MemoryBudget shared = new MemoryBudget(100, 30, Runnable::run);
        Share greedy = shared.share();
        Share modest = shared.share();
        assertThat(greedy.take(request(30, ""))).isTrue();
        assertThat(greedy.take(request(10, "greedy"))).isFalse();
        assertThat(greedy.tryTake(1)).isFalse();

        assertThat(modest.take(request(30, ""))).as("no waiting behind the other").isTrue();

        modest.release(30);
        assertThat(granted).isEmpty();
        greedy.release(30);
        assertThat(granted).containsExactly("greedy");
        assertThat(shared.takenBytes()).isEqualTo(10);
    }

    @Test
    void shouldGiveTurnsToSessionsAndNotToRequests() {
        Share modest = budget.share();
        one.take(request(70, ""));
        for (int i = 0; i < 3; i++) {
            one.take(request(35, "greedy"));
        }
        modest.take(request(35, "modest"));

        one.release(70);

        assertThat(granted).containsExactly("greedy", "modest");
    }

    @Test
    void shouldForgetWhoWaitsNoLonger() {
        Request cancelled = request(70, "cancelled");
        one.take(request(70, ""));
        one.take(cancelled);
        one.take(request(5, "behind"));

        one.cancel(cancelled);
        assertThat(granted).as("fits now").containsExactly("behind");

        one.release(70);
        one.cancel(cancelled);
        assertThat(granted).containsExactly("behind");
        assertThat(budget.takenBytes()).isEqualTo(5);
    }
}

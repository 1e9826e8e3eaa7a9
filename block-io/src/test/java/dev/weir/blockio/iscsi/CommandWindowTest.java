package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CommandWindowTest {
    private static final long LONG = 30_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {0, 5, -3, Integer.MAX_VALUE - 2, Integer.MIN_VALUE})
    void shouldIgnoreWhatIsOutsideTheWindowAroundAnyNumber(int first) {
        CommandWindow window = new CommandWindow(first, 4);

        assertThat(window.tryDeliver(first - 1)).isEqualTo(CommandWindow.Verdict.IGNORE);
        assertThat(window.tryDeliver(first + 4)).isEqualTo(CommandWindow.Verdict.IGNORE);
        assertThat(window.tryDeliver(first + 3)).isEqualTo(CommandWindow.Verdict.NOT_YET);
        assertThat(window.tryDeliver(first)).isEqualTo(CommandWindow.Verdict.DELIVER);
        assertThat(window.tryDeliver(first)).isEqualTo(CommandWindow.Verdict.IGNORE);
        assertThat(window.expected()).isEqualTo(first + 1);
        assertThat(window.max()).isEqualTo(first + 3);
    }

    @Test
    void shouldOpenByOneWithEachAnswer() {
        CommandWindow window = new CommandWindow(-2, 2);
        window.tryDeliver(-2);
        window.tryDeliver(-1);
        assertThat(window.tryDeliver(0)).isEqualTo(CommandWindow.Verdict.IGNORE);

        window.answered();

        assertThat(window.max()).isZero();
        assertThat(window.tryDeliver(0)).isEqualTo(CommandWindow.Verdict.DELIVER);
    }

    @Test
    void shouldHoldBackACommandUntilThoseBeforeItCame() throws Exception {
        CommandWindow window = new CommandWindow(7, 8);
        CompletableFuture<CommandWindow.Verdict> third = deliver(window, 9);
        CompletableFuture<CommandWindow.Verdict> second = deliver(window, 8);
        assertThat(third).isNotDone();

        window.tryDeliver(7);

        assertThat(second.get()).isEqualTo(CommandWindow.Verdict.DELIVER);
        assertThat(third.get()).isEqualTo(CommandWindow.Verdict.DELIVER);
        assertThat(window.expected()).isEqualTo(10);
    }

    @Test
    void shouldGiveUpOnAGapThatIsNotFilled() throws InterruptedException {
        CommandWindow window = new CommandWindow(7, 8);

        assertThat(window.deliver(8, 1)).isEqualTo(CommandWindow.Verdict.GIVE_UP);
        assertThat(window.expected()).isEqualTo(7);
    }

    @Test
    void shouldIgnoreACommandThatWasAbortedBeforeItCame() throws Exception {
        CommandWindow window = new CommandWindow(-1, 8);
        CompletableFuture<CommandWindow.Verdict> later = deliver(window, 0);

        assertThat(window.abort(-1)).isTrue();

        assertThat(later.get()).isEqualTo(CommandWindow.Verdict.DELIVER);
        assertThat(window.tryDeliver(-1)).isEqualTo(CommandWindow.Verdict.IGNORE);
        assertThat(window.abort(-1)).isFalse();
        assertThat(window.max()).isEqualTo(7);
    }

    @Test
    void shouldNotKeepAnybodyWaitingWhenItCloses() throws Exception {
        CommandWindow window = new CommandWindow(1, 8);
        CompletableFuture<CommandWindow.Verdict> waiting = deliver(window, 2);

        window.close();

        assertThat(waiting.get()).isEqualTo(CommandWindow.Verdict.GIVE_UP);
    }

    private static CompletableFuture<CommandWindow.Verdict> deliver(
            CommandWindow window, int cmdSn) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return window.deliver(cmdSn, LONG);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
    }
}

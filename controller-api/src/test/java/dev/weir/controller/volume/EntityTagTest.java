package dev.weir.controller.volume;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.controller.problem.ProblemException;
import dev.weir.db.VolumeRow;
import dev.weir.db.VolumeState;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagTest {
    private static final VolumeRow VOLUME =
            new VolumeRow(
                    UUID.randomUUID(),
                    "db01",
                    UUID.randomUUID(),
                    512,
                    VolumeState.ONLINE,
                    Instant.EPOCH,
                    7);

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"\"7\"", "*", "\"6\", \"7\""})
    void shouldLetTheCurrentVersionBeChanged(String ifMatch) {
        assertThatCode(() -> EntityTag.check(ifMatch, VOLUME)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"6\"", "7", "W/\"7\"", "", "\"77\""})
    void shouldRefuseAnyOther(String ifMatch) {
        assertThatThrownBy(() -> EntityTag.check(ifMatch, VOLUME))
                .isInstanceOf(ProblemException.class);
    }
}

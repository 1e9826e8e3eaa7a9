package dev.weir.controller.volume;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.db.VolumeRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The version of a volume's name, size and state, as {@code ETag} and {@code If-Match} carry it
 * (RFC 9110 8.8.3 and 13.1.1). What clients write to the volume does not change it.
 */
final class EntityTag {
    private static final String ANY = "*";

    private EntityTag() {}

    static String of(VolumeRow volume) {
        return "\"%d\"".formatted(volume.version());
    }

    static void check(@Nullable String ifMatch, VolumeRow volume) {
        if (ifMatch == null || ifMatch.strip().equals(ANY)) {
            return;
        }
        var tag = of(volume);
        if (Arrays.stream(ifMatch.split(",", -1)).map(String::strip).noneMatch(tag::equals)) {
            throw new Problem(
                            ProblemType.STALE_VERSION,
                            "The volume %s has changed since it was read.".formatted(volume.name()),
                            "If-Match is %s, but the volume's ETag is %s.".formatted(ifMatch, tag),
                            "Read the volume again, and decide again.")
                    .with("volume", volume.name())
                    .exception();
        }
    }
}

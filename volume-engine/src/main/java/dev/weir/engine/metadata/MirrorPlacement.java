package dev.weir.engine.metadata;

import java.util.List;
import java.util.Optional;

/** Chooses extents for the second copy of a slot table. */
public interface MirrorPlacement {

    /** Takes from the end of each device, on a pool whose extents nobody uses yet. */
    MirrorPlacement FROM_THE_END =
            new MirrorPlacement() {
                @Override
                public Optional<Integer> take(Member member, int count, List<Integer> reserved) {
                    int end = member.layout().extents();
                    for (int extent : reserved) {
                        if (ExtentId.member(extent) == member.index()) {
                            end = Math.min(end, ExtentId.local(extent));
                        }
                    }
                    return end > count ? Optional.of(end - count) : Optional.empty();
                }

                @Override
                public void giveBack(Member member, int first, int count) {
                    // Nobody was told that they were taken.
                }
            };

    /**
     * Takes neighbouring free extents of a member out of use for good; returns the first, or none.
     *
     * @param reserved extents that hold other mirrors
     */
    Optional<Integer> take(Member member, int count, List<Integer> reserved);

    /** Undoes {@link #take}. */
    void giveBack(Member member, int first, int count);
}

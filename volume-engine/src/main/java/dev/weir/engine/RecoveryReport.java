package dev.weir.engine;

import java.util.List;

/**
 * What opening a pool found.
 *
 * @param checkpoint number of the checkpoint it started from
 * @param replayedRecords journal records applied after it
 * @param damage one sentence for each thing that was not as it was written; empty in good health
 */
public record RecoveryReport(long checkpoint, long replayedRecords, List<String> damage) {}

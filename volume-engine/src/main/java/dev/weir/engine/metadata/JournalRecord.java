package dev.weir.engine.metadata;

import java.util.List;

/**
 * One atomic change of metadata. Records say what things are from now on, never how they change, so
 * that applying one twice is the same as once.
 */
public sealed interface JournalRecord {

    /** All of these slots hold something else from now on. */
    record SlotsSet(List<SlotRun> runs) implements JournalRecord {
        public SlotsSet {
            runs = List.copyOf(runs);
            if (runs.size() > JournalCodec.MAX_RUNS) {
                throw new IllegalArgumentException(runs.size() + " runs in one record");
            }
        }
    }

    /** A volume exists and is as stated. */
    record VolumeSet(VolumeEntry volume) implements JournalRecord {}

    /** A volume exists no more; whatever slots still name it are free. */
    record VolumeRemoved(int number) implements JournalRecord {}

    /**
     * Says nothing but what every record says too: how far the journal was known to be durable.
     * Follows a flush, so that damage to what the flush covered is told from what a loss of power
     * may leave.
     */
    record DurableMark() implements JournalRecord {}
}

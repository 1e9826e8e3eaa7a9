package dev.weir.engine.simulation;

/** The kinds of runs. */
enum ScenarioKind {
    SEQUENTIAL,
    CONCURRENT,
    FULL_POOL,
    DEVICE_FAULT,
    SPARSE,
    LONG_JOURNAL,
    REUSE;

    Scenario scenario() {
        return switch (this) {
            case SEQUENTIAL -> new SequentialScenario();
            case CONCURRENT -> new ConcurrentScenario();
            case FULL_POOL -> new FullPoolScenario();
            case DEVICE_FAULT -> new DeviceFaultScenario();
            case SPARSE -> new SparseScenario();
            case LONG_JOURNAL -> new LongJournalScenario();
            case REUSE -> new ReuseScenario();
        };
    }
}

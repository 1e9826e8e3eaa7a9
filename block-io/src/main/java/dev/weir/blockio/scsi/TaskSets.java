package dev.weir.blockio.scsi;

/** Task management on the task set of one logical unit (SAM-5 7). */
final class TaskSets {
    private TaskSets() {}

    static TaskManagementOutcome manage(TaskManagement function, ItlNexus path, long taskTag) {
        Nexus nexus = path.nexus();
        LogicalUnit unit = path.unit();
        return switch (function) {
            case ABORT_TASK -> abortTask(path, taskTag);
            case QUERY_TASK ->
                    nexus.hasTask(unit, task -> task.tag() == taskTag)
                            ? TaskManagementOutcome.COMPLETE
                            : TaskManagementOutcome.TASK_NOT_FOUND;
            case ABORT_TASK_SET -> {
                if (nexus.abortTasks(unit, nexus, _ -> true)) {
                    unit.medium().drain();
                }
                yield TaskManagementOutcome.COMPLETE;
            }
            case CLEAR_TASK_SET -> {
                unit.abortTasks(nexus, _ -> true);
                yield TaskManagementOutcome.COMPLETE;
            }
            case LOGICAL_UNIT_RESET -> {
                unit.reset(nexus);
                yield TaskManagementOutcome.COMPLETE;
            }
            // There is never an auto contingent allegiance: NACA is refused in every command.
            case CLEAR_ACA -> TaskManagementOutcome.NOT_SUPPORTED;
        };
    }

    private static TaskManagementOutcome abortTask(ItlNexus path, long taskTag) {
        Nexus nexus = path.nexus();
        if (!nexus.abortTasks(path.unit(), nexus, task -> task.tag() == taskTag)) {
            return TaskManagementOutcome.TASK_NOT_FOUND;
        }
        path.unit().medium().drain();
        return TaskManagementOutcome.COMPLETE;
    }
}

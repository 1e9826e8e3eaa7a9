package dev.weir.blockio.scsi;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An initiator port attached to a target port: an I_T nexus (SAM-5 4.7.2). What an iSCSI session is
 * to SCSI. Thread-safe; its tasks belong to one thread each.
 */
public final class Nexus implements AutoCloseable {
    private static final long POLL_NANOS = 1_000_000;

    private final ScsiTarget target;
    private final InitiatorPort initiator;
    private final TargetPort port;
    private final List<ScsiTask> tasks = new CopyOnWriteArrayList<>();

    /** By logical unit number; replaced as a whole, by the target, which holds its own lock. */
    private volatile @Nullable ItlNexus[] paths = new ItlNexus[0];

    Nexus(ScsiTarget target, InitiatorPort initiator, TargetPort port) {
        this.target = target;
        this.initiator = initiator;
        this.port = port;
    }

    public InitiatorPort initiator() {
        return initiator;
    }

    public TargetPort port() {
        return port;
    }

    /** Makes a reusable task; give it back with {@link #release}. */
    public ScsiTask newTask() {
        ScsiTask task = new ScsiTask(this);
        tasks.add(task);
        return task;
    }

    /** Forgets a task that will not be used any more. */
    public void release(ScsiTask task) {
        tasks.remove(task);
    }

    /** How many bytes one command may move at most. */
    public int maxTransferBytes() {
        return ScsiLimits.MAX_TRANSFER_BYTES;
    }

    /**
     * Carries out a task management function; may wait until the storage has ended what it is at.
     *
     * @param lun the eight bytes of the logical unit number
     * @param taskTag which task, for ABORT TASK and QUERY TASK
     */
    public TaskManagementOutcome manage(TaskManagement function, long lun, long taskTag) {
        ItlNexus path = find(lun);
        return path == null
                ? TaskManagementOutcome.LUN_NOT_FOUND
                : TaskSets.manage(function, path, taskTag);
    }

    /**
     * The session is over: its tasks are aborted, and what it held by RESERVE (6) is free (I_T
     * nexus loss, SAM-5 6.3.4). Persistent reservations stay.
     */
    @Override
    public void close() {
        target.detach(this);
    }

    ScsiTarget target() {
        return target;
    }

    /** The path to the logical unit of this address; null if there is none. */
    @Nullable ItlNexus find(long lun) {
        int number = LunAddress.decode(lun);
        @Nullable ItlNexus[] current = paths;
        return number >= 0 && number < current.length ? current[number] : null;
    }

    /** The paths to all logical units, in the order of their numbers. */
    List<ItlNexus> paths() {
        return Arrays.stream(paths)
                .<ItlNexus>mapMulti((path, all) -> {
                    if (path != null) {
                        all.accept(path);
                    }
                })
                .toList();
    }

    /** Adds or, with null, removes a path. Called under the target's lock. */
    void route(int lun, @Nullable ItlNexus path) {
        @Nullable ItlNexus[] next = Arrays.copyOf(paths, Math.max(paths.length, lun + 1));
        next[lun] = path;
        paths = next;
    }

    /**
     * Aborts tasks on the logical unit.
     *
     * @param cause who wants it; other initiators are told by TASK ABORTED
     * @return whether there was any
     */
    boolean abortTasks(LogicalUnit unit, @Nullable Nexus cause, Predicate<ScsiTask> which) {
        boolean any = false;
        for (ScsiTask task : tasks) {
            any |=
                    task.abortIfOn(
                            unit, which, cause != this && unit.modes().values().tellAborted());
        }
        return any;
    }

    /** Waits until no task of this nexus is at work on the logical unit. */
    void awaitNoneRunning(LogicalUnit unit) {
        for (ScsiTask task : tasks) {
            while (task.isAtWorkOn(unit)) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    /** Whether such a task is in the task set of the logical unit. */
    boolean hasTask(LogicalUnit unit, Predicate<ScsiTask> which) {
        return tasks.stream().anyMatch(task -> task.isActiveOn(unit) && which.test(task));
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskManagementTest {
    private static final byte[] WRITE = ScsiClient.bytes("2a 00 00 00 00 00 00 00 01 00");

    private final MemoryDevice device = Units.device();
    private final ScsiTarget target = Units.target();
    private ScsiClient one;
    private ScsiClient two;

    @BeforeEach
    void attach() {
        target.add(0, Units.thin(1, device));
        one = ScsiClient.attach(target, "one");
        two = ScsiClient.attach(target, "two");
    }

    /** A write that has arrived and waits for its data. */
    private static ScsiTask waiting(ScsiClient client, long tag) {
        ScsiTask task = client.nexus().newTask();
        task.begin(0, tag, TaskAttribute.SIMPLE, ByteBuffer.wrap(WRITE));
        client.out().setLong(0, -1);
        return task;
    }

    private void run(ScsiClient client, ScsiTask task) {
        task.run(client.out(), 0, 512, client.in(), 0, 0);
    }

    @Test
    void shouldAbortOneTaskByItsTag() {
        ScsiTask aborted = waiting(one, 7);
        ScsiTask kept = waiting(one, 8);

        assertThat(one.nexus().manage(TaskManagement.ABORT_TASK, 0, 7))
                .isEqualTo(TaskManagementOutcome.COMPLETE);

        run(one, aborted);
        assertThat(aborted.aborted()).isTrue();
        assertThat(device.contents(0, 8)).isEqualTo(new byte[8]);
        run(one, kept);
        assertThat(kept.aborted()).isFalse();
        assertThat(kept.status()).isEqualTo(ScsiStatus.GOOD);
        assertThat(device.contents(0, 8)).isNotEqualTo(new byte[8]);
    }

    @Test
    void shouldFindNoTaskThatIsDoneOrSomebodyElses() {
        ScsiTask done = waiting(one, 7);
        run(one, done);
        ScsiTask theirs = waiting(two, 8);

        assertThat(one.nexus().manage(TaskManagement.ABORT_TASK, 0, 7))
                .isEqualTo(TaskManagementOutcome.TASK_NOT_FOUND);
        assertThat(one.nexus().manage(TaskManagement.ABORT_TASK, 0, 8))
                .isEqualTo(TaskManagementOutcome.TASK_NOT_FOUND);
        assertThat(one.nexus().manage(TaskManagement.QUERY_TASK, 0, 8))
                .isEqualTo(TaskManagementOutcome.TASK_NOT_FOUND);
        assertThat(two.nexus().manage(TaskManagement.QUERY_TASK, 0, 8))
                .isEqualTo(TaskManagementOutcome.COMPLETE);
        assertThat(one.nexus().manage(TaskManagement.ABORT_TASK, 1L << 48, 7))
                .isEqualTo(TaskManagementOutcome.LUN_NOT_FOUND);
        assertThat(one.nexus().manage(TaskManagement.CLEAR_ACA, 0, 7))
                .isEqualTo(TaskManagementOutcome.NOT_SUPPORTED);
        assertThat(theirs.aborted()).isFalse();
    }

    @Test
    void shouldAbortOnlyTheOwnTaskSet() {
        ScsiTask mine = waiting(one, 7);
        ScsiTask theirs = waiting(two, 7);

        one.nexus().manage(TaskManagement.ABORT_TASK_SET, 0, 0);

        assertThat(mine.aborted()).isTrue();
        run(two, theirs);
        assertThat(theirs.status()).isEqualTo(ScsiStatus.GOOD);
    }

    @Test
    void shouldTellOthersWhoseTasksAreCleared() {
        ScsiTask mine = waiting(one, 7);
        ScsiTask theirs = waiting(two, 7);

        one.nexus().manage(TaskManagement.CLEAR_TASK_SET, 0, 0);

        assertThat(mine.aborted()).isTrue();
        assertThat(theirs.aborted()).isFalse();
        assertThat(theirs.status()).isEqualTo(ScsiStatus.TASK_ABORTED);
        theirs.end();
        assertThat(two.run("00 00 00 00 00 00").outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldTellOthersByUnitAttentionWithoutTaskAbortedStatus() {
        // MODE SELECT (6), control page without TAS
        String page = "00 00 00 00 0a 0a 00 10 00 00 00 00 ff ff 00 00";
        assertThat(one.run("15 10 00 00 10 00", page).outcome()).isEqualTo("GOOD");
        two.run("00 00 00 00 00 00");
        ScsiTask theirs = waiting(two, 7);

        one.nexus().manage(TaskManagement.CLEAR_TASK_SET, 0, 0);

        assertThat(theirs.aborted()).isTrue();
        assertThat(two.run("00 00 00 00 00 00").outcome()).isEqualTo("02 06/2f/00");
    }

    @Test
    void shouldAbortEverythingByAReset() {
        ScsiTask mine = waiting(one, 7);
        ScsiTask theirs = waiting(two, 7);

        one.nexus().manage(TaskManagement.LOGICAL_UNIT_RESET, 0, 0);

        assertThat(mine.aborted()).isTrue();
        assertThat(theirs.status()).isEqualTo(ScsiStatus.TASK_ABORTED);
        assertThat(one.run("00 00 00 00 00 00").outcome()).isEqualTo("02 06/29/03");
        assertThat(two.run("00 00 00 00 00 00").outcome()).isEqualTo("02 06/29/03");
    }

    @Test
    void shouldWaitForAWriteThatIsUnderWay() throws InterruptedException {
        MemoryDevice.Gate gate = device.hold(MemoryDevice.Operation.WRITE);
        ScsiTask task = waiting(one, 7);
        Thread writer = new Thread(() -> run(one, task));
        writer.start();
        gate.awaitReached();
        Thread manager = new Thread(() -> one.nexus().manage(TaskManagement.ABORT_TASK, 0, 7));
        manager.start();
        while (!task.aborted()) {
            Thread.onSpinWait();
        }
        assertThat(manager.isAlive()).as("waits for the write").isTrue();

        gate.open();

        manager.join();
        writer.join();
        assertThat(task.aborted()).isTrue();
    }

    @Test
    void shouldNeverAbortTheNextCommandOfAReusedTask() {
        ScsiTask task = waiting(one, 7);
        run(one, task);
        task.end();
        task.begin(0, 9, TaskAttribute.SIMPLE, ByteBuffer.wrap(WRITE));

        assertThat(one.nexus().manage(TaskManagement.ABORT_TASK, 0, 7))
                .isEqualTo(TaskManagementOutcome.TASK_NOT_FOUND);

        run(one, task);
        assertThat(task.status()).isEqualTo(ScsiStatus.GOOD);
    }

    @Test
    void shouldEndInSenseWhenTheTransportFails() {
        ScsiTask task = waiting(one, 7);

        task.fail(TransportFault.PROTOCOL_SERVICE_CRC_ERROR);
        run(one, task);

        ByteBuffer sense = ByteBuffer.allocate(SenseCodec.MAX_BYTES);
        task.sense(sense);
        assertThat(task.status()).isEqualTo(ScsiStatus.CHECK_CONDITION);
        assertThat(sense.get(2)).isEqualTo((byte) 0x0b);
        assertThat(sense.getShort(12)).isEqualTo((short) 0x4705);
        assertThat(device.contents(0, 8)).isEqualTo(new byte[8]);
    }

    @Test
    void shouldAbortItsTasksWhenTheSessionEnds() {
        ScsiTask task = waiting(one, 7);

        one.nexus().close();

        run(one, task);
        assertThat(task.aborted()).isTrue();
        assertThat(device.contents(0, 8)).isEqualTo(new byte[8]);
    }
}

package dev.weir.blockio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentReservationsTest {
    private static final String READ = "28 00 00 00 00 00 00 00 01 00";
    private static final String WRITE = "2a 00 00 00 00 00 00 00 01 00";
    private static final String READY = "00 00 00 00 00 00";
    private static final String READ_KEYS = "5e 00 00 00 00 00 00 10 00 00";
    private static final String READ_RESERVATION = "5e 01 00 00 00 00 00 10 00 00";
    private static final String FULL_STATUS = "5e 03 00 00 00 00 00 10 00 00";

    private static final int REGISTER = 0;
    private static final int RESERVE = 1;
    private static final int RELEASE = 2;
    private static final int CLEAR = 3;
    private static final int PREEMPT = 4;
    private static final int PREEMPT_AND_ABORT = 5;
    private static final int REGISTER_AND_IGNORE = 6;
    private static final int MOVE = 7;

    private final MemoryDevice device = Units.device();
    private final ReservationStore store = ReservationStore.volatileStore();
    private final ScsiTarget target = Units.target();
    private ScsiClient one;
    private ScsiClient two;
    private ScsiClient three;

    @BeforeEach
    void attach() {
        target.add(0, unit());
        one = ScsiClient.attach(target, "one");
        two = ScsiClient.attach(target, "two");
        three = ScsiClient.attach(target, "three");
    }

    @AfterEach
    void detach() {
        one.close();
        two.close();
        three.close();
    }

    private LogicalUnit unit() {
        return new LogicalUnit(Units.config(1, 512, false, true), device, store);
    }

    private static String out(ScsiClient client, int action, int type, long key, long newKey) {
        return out(client, action, type, list(key, newKey, 0, new byte[0]));
    }

    private static String out(ScsiClient client, int action, int type, byte[] list) {
        String cdb = String.format("5f %02x %02x 00 00 00 00 %04x 00", action, type, list.length);
        return client.run(cdb, list).outcome();
    }

    private static byte[] list(long key, long newKey, int flags, byte[] more) {
        ByteBuffer list = ByteBuffer.allocate(24 + more.length);
        list.putLong(key).putLong(newKey).putInt(0).put((byte) flags).position(24);
        return list.put(more).array();
    }

    private static void register(ScsiClient client, long key) {
        assertThat(out(client, REGISTER_AND_IGNORE, 0, 0, key)).isEqualTo("GOOD");
    }

    private static int keys(ScsiClient client) {
        return client.run(READ_KEYS).buffer().getInt(4) / 8;
    }

    /** Type of the reservation; 0 if there is none. */
    private static int reserved(ScsiClient client) {
        ScsiClient.Reply reply = client.run(READ_RESERVATION);
        assertThat(reply.outcome()).isEqualTo("GOOD");
        return reply.data().length == 8 ? 0 : reply.data()[21];
    }

    @ParameterizedTest
    @CsvSource({
        // type, registered reads, registered writes, stranger reads, stranger writes
        "1, true,  false, true,  false",
        "3, false, false, false, false",
        "5, true,  true,  true,  false",
        "6, true,  true,  false, false",
        "7, true,  true,  true,  false",
        "8, true,  true,  false, false"
    })
    void shouldLetInOnlyWhomTheTypeAllows(
            int type,
            boolean registeredReads,
            boolean registeredWrites,
            boolean strangerReads,
            boolean strangerWrites) {
        register(one, 11);
        register(two, 22);

        assertThat(out(one, RESERVE, type, 11, 0)).isEqualTo("GOOD");

        assertThat(reserved(three)).isEqualTo(type);
        assertThat(one.run(READ).isGood()).isTrue();
        assertThat(one.run(WRITE, new byte[512]).isGood()).isTrue();
        assertThat(two.run(READ).outcome()).isEqualTo(registeredReads ? "GOOD" : "18");
        assertThat(two.run(WRITE, new byte[512]).outcome())
                .isEqualTo(registeredWrites ? "GOOD" : "18");
        assertThat(three.run(READ).outcome()).isEqualTo(strangerReads ? "GOOD" : "18");
        assertThat(three.run(WRITE, new byte[512]).outcome())
                .isEqualTo(strangerWrites ? "GOOD" : "18");
        assertThat(three.run(READY).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldRegisterOnlyWithTheKeyThatIsThere() {
        assertThat(out(one, REGISTER, 0, 5, 11)).as("not registered").isEqualTo("18");
        assertThat(out(one, REGISTER, 0, 0, 11)).isEqualTo("GOOD");
        assertThat(out(one, REGISTER, 0, 0, 12)).as("wrong key").isEqualTo("18");
        assertThat(out(one, REGISTER, 0, 11, 12)).isEqualTo("GOOD");
        assertThat(one.run(READ_KEYS).buffer().getLong(8)).isEqualTo(12);
        assertThat(one.run(READ_KEYS).buffer().getInt(0)).as("generation").isEqualTo(2);
        assertThat(out(one, REGISTER, 0, 12, 0)).isEqualTo("GOOD");
        assertThat(keys(one)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, GOOD", "3, GOOD", "5, 02 06/2a/04", "6, 02 06/2a/04"})
    void shouldEndTheReservationWhenItsHolderUnregisters(int type, String nextOfTwo) {
        register(one, 11);
        register(two, 22);
        out(one, RESERVE, type, 11, 0);

        assertThat(out(one, REGISTER, 0, 11, 0)).isEqualTo("GOOD");

        assertThat(reserved(three)).isZero();
        assertThat(two.run(READY).outcome()).isEqualTo(nextOfTwo);
        assertThat(one.run(READY).outcome()).isEqualTo("GOOD");
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void shouldKeepAReservationOfAllRegistrantsUntilTheLastOneGoes(int type) {
        register(one, 11);
        register(two, 22);
        out(one, RESERVE, type, 11, 0);

        out(one, REGISTER, 0, 11, 0);
        assertThat(reserved(three)).isEqualTo(type);

        out(two, REGISTER, 0, 22, 0);
        assertThat(reserved(three)).isZero();
    }

    @Test
    void shouldReleaseOnlyWhatIsHeldAndAsItIsHeld() {
        register(one, 11);
        register(two, 22);
        out(one, RESERVE, 5, 11, 0);

        assertThat(out(two, RELEASE, 5, 22, 0)).as("not the holder").isEqualTo("GOOD");
        assertThat(reserved(one)).isEqualTo(5);
        assertThat(out(one, RELEASE, 1, 11, 0)).isEqualTo("02 05/26/04");
        assertThat(out(one, RELEASE, 5, 99, 0)).isEqualTo("18");
        assertThat(out(one, RELEASE, 5, 11, 0)).isEqualTo("GOOD");
        assertThat(reserved(one)).isZero();
        assertThat(two.run(READY).outcome()).isEqualTo("02 06/2a/04");
    }

    @Test
    void shouldReserveAgainOnlyInTheSameWay() {
        register(one, 11);
        register(two, 22);
        assertThat(out(one, RESERVE, 1, 11, 0)).isEqualTo("GOOD");
        assertThat(out(one, RESERVE, 1, 11, 0)).isEqualTo("GOOD");
        assertThat(out(one, RESERVE, 3, 11, 0)).isEqualTo("18");
        assertThat(out(two, RESERVE, 1, 22, 0)).isEqualTo("18");
        assertThat(out(three, RESERVE, 1, 0, 0)).as("not registered").isEqualTo("18");
        assertThat(out(one, RESERVE, 0x11, 11, 0)).as("scope").isEqualTo("02 05/24/00");
        assertThat(out(one, RESERVE, 2, 11, 0)).as("type").isEqualTo("02 05/24/00");
    }

    @Test
    void shouldClearEverythingAndTellTheOthers() {
        register(one, 11);
        register(two, 22);
        out(one, RESERVE, 1, 11, 0);

        assertThat(out(two, CLEAR, 0, 22, 0)).isEqualTo("GOOD");

        assertThat(keys(three)).isZero();
        assertThat(reserved(three)).isZero();
        assertThat(one.run(READY).outcome()).isEqualTo("02 06/2a/03");
        assertThat(two.run(READY).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldTakeOverTheReservationByPreempting() {
        register(one, 11);
        register(two, 22);
        register(three, 33);
        out(one, RESERVE, 5, 11, 0);

        assertThat(out(two, PREEMPT, 1, 22, 11)).isEqualTo("GOOD");

        assertThat(reserved(two)).isEqualTo(1);
        assertThat(keys(two)).isEqualTo(2);
        assertThat(one.run(READY).outcome()).isEqualTo("02 06/2a/05");
        assertThat(three.run(READY).outcome()).as("the type changed").isEqualTo("02 06/2a/04");
        assertThat(one.run(WRITE, new byte[512]).outcome()).isEqualTo("18");
        assertThat(two.run(WRITE, new byte[512]).outcome()).isEqualTo("GOOD");
    }

    @Test
    void shouldRemoveARegistrationByPreempting() {
        register(one, 11);
        register(two, 22);

        assertThat(out(two, PREEMPT, 3, 22, 77)).as("no such key").isEqualTo("18");
        assertThat(out(two, PREEMPT, 3, 22, 0)).isEqualTo("02 05/26/00");
        assertThat(out(two, PREEMPT, 3, 22, 11)).isEqualTo("GOOD");

        assertThat(keys(two)).isEqualTo(1);
        assertThat(reserved(two)).isZero();
        assertThat(one.run(READY).outcome()).isEqualTo("02 06/2a/05");
    }

    @Test
    void shouldAbortTheCommandsOfThePreempted() {
        register(one, 11);
        register(two, 22);
        out(one, RESERVE, 1, 11, 0);
        one.begin(ScsiClient.bytes(WRITE));
        one.out().setLong(0, -1);

        assertThat(out(two, PREEMPT_AND_ABORT, 1, 22, 11)).isEqualTo("GOOD");

        one.task().run(one.out(), 0, 512, one.in(), 0, 0);
        assertThat(one.task().status()).isEqualTo(ScsiStatus.TASK_ABORTED);
        one.task().end();
        assertThat(device.contents(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldCheckAgainWhatWasLetInBeforeTheReservationChanged() {
        register(two, 22);
        three.begin(ScsiClient.bytes(WRITE));
        three.out().setLong(0, -1);

        out(two, RESERVE, 1, 22, 0);

        three.task().run(three.out(), 0, 512, three.in(), 0, 0);
        assertThat(three.task().status()).isEqualTo(ScsiStatus.RESERVATION_CONFLICT);
        three.task().end();
        assertThat(device.contents(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldMoveTheReservationToAnotherPort() {
        register(one, 11);
        out(one, RESERVE, 1, 11, 0);
        ByteBuffer id = ByteBuffer.allocate(TransportId.bytes(two.nexus().initiator()));
        TransportId.write(id, two.nexus().initiator());
        ByteBuffer list = ByteBuffer.allocate(24 + id.capacity());
        list.putLong(11).putLong(22).put((byte) 0).put((byte) 2).putShort((short) 1);
        list.putInt(id.capacity()).put(id.array());

        assertThat(out(one, MOVE, 0, list.array())).isEqualTo("GOOD");

        assertThat(keys(one)).as("UNREG").isEqualTo(1);
        assertThat(one.run(WRITE, new byte[512]).outcome()).isEqualTo("18");
        assertThat(two.run(WRITE, new byte[512]).outcome()).isEqualTo("GOOD");
        ScsiClient.Reply status = two.run(FULL_STATUS);
        assertThat(status.buffer().getLong(8)).isEqualTo(22);
        assertThat(status.data()[8 + 12]).as("R_HOLDER").isEqualTo((byte) 1);
    }

    @Test
    void shouldRegisterOtherInitiatorsAndAllPorts() {
        InitiatorPort other = new InitiatorPort("iqn.2026-01.test:elsewhere", 5);
        ByteBuffer ids = ByteBuffer.allocate(4 + TransportId.bytes(other));
        ids.putInt(TransportId.bytes(other));
        TransportId.write(ids, other);

        byte[] list = list(0, 11, 0x08 | 0x04, ids.array());
        assertThat(out(one, REGISTER, 0, list)).isEqualTo("GOOD");

        assertThat(keys(one)).as("two initiators through two ports").isEqualTo(4);
        try (ScsiClient elsewhere = ScsiClient.attach(target, other, Units.OTHER_PORT)) {
            assertThat(out(elsewhere, RESERVE, 1, 11, 0)).isEqualTo("GOOD");
        }
    }

    @Test
    void shouldRefuseDamagedTransportIds() {
        byte[] cutOff = {0, 0, 0, 24, 0x45, 0, (byte) 0xff, (byte) 0xfc, 'i', 'q', 'n', '.'};

        assertThat(out(one, REGISTER, 0, list(0, 11, 0x08, cutOff))).isEqualTo("02 05/1a/00");

        byte[] wrongLength = new byte[28];
        wrongLength[3] = 24;
        wrongLength[4] = 0x45;
        wrongLength[6] = (byte) 0xff;
        wrongLength[7] = (byte) 0xfc;
        assertThat(out(one, REGISTER, 0, list(0, 11, 0x08, wrongLength))).isEqualTo("02 05/26/00");
        assertThat(keys(one)).isZero();
    }

    @Test
    void shouldRefuseListsOfAWrongLength() {
        assertThat(out(one, REGISTER, 0, new byte[23])).isEqualTo("02 05/1a/00");
        assertThat(out(one, REGISTER, 0, new byte[25])).isEqualTo("02 05/1a/00");
        String longer = "5f 00 00 00 00 00 00 00 18 00";
        assertThat(one.run(longer, new byte[8]).outcome()).isEqualTo("02 05/1a/00");
    }

    @Test
    void shouldSurviveARestartWhenAskedTo() {
        byte[] lasting = list(0, 11, 0x01, new byte[0]);
        assertThat(out(one, REGISTER_AND_IGNORE, 0, lasting)).isEqualTo("GOOD");
        out(one, RESERVE, 3, 11, 0);

        ScsiTarget restarted = Units.target();
        restarted.add(0, unit());

        try (ScsiClient oneAgain = ScsiClient.attach(restarted, "one");
                ScsiClient stranger = ScsiClient.attach(restarted, "stranger")) {
            assertThat(reserved(stranger)).isEqualTo(3);
            assertThat(stranger.run(READ).outcome()).isEqualTo("18");
            assertThat(oneAgain.run(READ).outcome()).isEqualTo("GOOD");
            assertThat(out(oneAgain, RELEASE, 3, 11, 0)).isEqualTo("GOOD");
        }
    }

    @Test
    void shouldBeForgottenAtARestartUnlessAskedTo() {
        byte[] lasting = list(0, 11, 0x01, new byte[0]);
        out(one, REGISTER_AND_IGNORE, 0, lasting);
        register(one, 11);
        out(one, RESERVE, 3, 11, 0);

        ScsiTarget restarted = Units.target();
        restarted.add(0, unit());

        try (ScsiClient stranger = ScsiClient.attach(restarted, "stranger")) {
            assertThat(keys(stranger)).isZero();
            assertThat(stranger.run(READ).outcome()).isEqualTo("GOOD");
        }
    }

    @Test
    void shouldSurviveLogoutAndReset() {
        register(one, 11);
        out(one, RESERVE, 1, 11, 0);
        one.nexus().close();
        two.nexus().manage(TaskManagement.LOGICAL_UNIT_RESET, 0, 0);
        two.run(READY);

        assertThat(reserved(two)).isEqualTo(1);
        assertThat(two.run(WRITE, new byte[512]).outcome()).isEqualTo("18");
    }

    @Test
    void shouldKeepReserveAndPersistentReservationsApart() {
        assertThat(one.run("16 00 00 00 00 00").outcome()).isEqualTo("GOOD");
        assertThat(out(two, REGISTER_AND_IGNORE, 0, 0, 22)).isEqualTo("18");
        assertThat(out(one, REGISTER_AND_IGNORE, 0, 0, 11)).isEqualTo("18");
        assertThat(one.run("17 00 00 00 00 00").outcome()).isEqualTo("GOOD");
        register(two, 22);
        assertThat(one.run("16 00 00 00 00 00").outcome()).isEqualTo("18");
    }
}

package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.iscsi.LoginNegotiation.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoginNegotiationTest {
    private static final Logger log = LoggerFactory.getLogger(LoginNegotiationTest.class);

    private static final int SECURITY_TO_OPERATIONAL = 0x81;
    private static final int SECURITY = 0x00;
    private static final int OPERATIONAL = 0x04;
    private static final int OPERATIONAL_TO_FULL = 0x87;
    private static final int CONTINUED = 0x40;

    private static final IscsiAccess CHAP =
            new IscsiAccess(
                    Set.of(),
                    Optional.of(new ChapCredentials("alice", "secret-of-alice")),
                    Optional.empty(),
                    1);
    private static final IscsiAccess BOB_ONLY =
            new IscsiAccess(Set.of("iqn.2026-01.test:BOB"), Optional.empty(), Optional.empty(), 1);
    private static final SessionParameters JOINED =
            new SessionParameters(false, 2, true, true, 4096, 4096, 1);

    private final Targets targets = new Targets();
    private final Directory directory = new Directory(targets, IscsiAccess.open());
    private LoginNegotiation login =
            new LoginNegotiation(directory, IscsiLimits.defaults(), new SecureRandom());

    private record Directory(Targets targets, IscsiAccess discovery)
            implements LoginNegotiation.Directory {
        @Override
        public Optional<IscsiTarget> find(String name) {
            return targets.find(name);
        }

        @Override
        public Optional<SessionParameters> session(SessionName name, int tsih) {
            return tsih == 9 ? Optional.of(JOINED) : Optional.empty();
        }

        @Override
        public int portalGroupTag() {
            return 3;
        }
    }

    LoginNegotiationTest() {
        add("iqn.2026-01.test:open", IscsiAccess.open());
        add("iqn.2026-01.test:chap", CHAP);
        add("iqn.2026-01.test:bob", BOB_ONLY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HeaderDigest=CRC32C,None       | CRC32C",
                "HeaderDigest=None,CRC32C       | None",
                "DataDigest=MD4,CRC32C          | CRC32C",
                "DataDigest=MD4                 | Reject",
                "MaxConnections=100             | 8",
                "MaxConnections=1               | 1",
                "MaxConnections=0               | Reject",
                "MaxConnections=65536           | Reject",
                "MaxConnections=two             | Reject",
                "InitialR2T=Yes                 | Yes",
                "InitialR2T=No                  | No",
                "InitialR2T=Maybe               | Reject",
                "ImmediateData=Yes              | Yes",
                "ImmediateData=No               | No",
                "ImmediateData=yes              | Reject",
                "MaxBurstLength=16776192        | 1048576",
                "MaxBurstLength=0x2000          | 8192",
                "MaxBurstLength=511             | Reject",
                "MaxBurstLength=16777216        | Reject",
                "MaxBurstLength=99999999999999999999999 | Reject",
                "FirstBurstLength=512           | 512",
                "FirstBurstLength=262144        | 65536",
                "DefaultTime2Wait=2             | 2",
                "DefaultTime2Retain=20          | 0",
                "MaxOutstandingR2T=64           | 4",
                "DataPDUInOrder=No              | Yes",
                "DataSequenceInOrder=No         | Yes",
                "ErrorRecoveryLevel=2           | 0",
                "ErrorRecoveryLevel=3           | Reject",
                "TaskReporting=FastAbort,RFC3720 | RFC3720",
                "TaskReporting=FastAbort        | Reject",
                "iSCSIProtocolLevel=2           | 1",
                "IFMarker=Yes                   | No",
                "OFMarker=No                    | No",
                "OFMarkInt=2048~8192            | Reject",
                "X-com.example.key=1            | NotUnderstood",
                "X#NodeArchitecture=Linux       | NotUnderstood",
                "Nonsense=                      | NotUnderstood",
                "AuthMethod=None                | Reject",
                "CHAP_A=5                       | Reject",
                "SendTargets=All                | Reject",
            })
    void shouldAnswerOperationalKeys(String offer, String expected) {
        Outcome.Complete complete =
                complete(step(OPERATIONAL_TO_FULL, names("open"), offer.strip()));

        String key = offer.substring(0, offer.indexOf('='));
        assertThat(keys(complete.answer())).containsEntry(key, expected);
    }

    @Test
    void shouldMakeWhatWasAgreedOnCount() {
        Outcome.Complete complete =
                complete(
                        step(
                                OPERATIONAL_TO_FULL,
                                names("open"),
                                "HeaderDigest=CRC32C",
                                "InitialR2T=No",
                                "MaxBurstLength=4096",
                                "FirstBurstLength=8192",
                                "MaxOutstandingR2T=3",
                                "MaxRecvDataSegmentLength=65536",
                                "InitiatorAlias=my host"));

        assertThat(complete.login().session())
                .isEqualTo(new SessionParameters(false, 1, false, true, 4096, 4096, 3));
        assertThat(complete.login().connection())
                .isEqualTo(new ConnectionParameters(true, false, 65536, 256 << 10));
        assertThat(complete.login().alias()).isEqualTo("my host");
        assertThat(keys(complete.answer()))
                .containsEntry("TargetPortalGroupTag", "3")
                .containsEntry("MaxRecvDataSegmentLength", "262144")
                .doesNotContainKey("InitiatorAlias");
    }

    @Test
    void shouldKeepTheDefaultsOfTheRfcWhereTheStageIsSkipped() {
        Outcome.Complete complete = complete(step(0x83, names("open")));

        assertThat(complete.login().session())
                .isEqualTo(new SessionParameters(false, 1, true, true, 262144, 65536, 1));
        assertThat(complete.login().connection())
                .isEqualTo(new ConnectionParameters(false, false, 8192, 8192));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "INITIATOR_ERROR        | InitiatorName=iqn.2026-01.test:me;InitiatorName=x",
                "INITIATOR_ERROR        | InitiatorName=iqn.2026-01.test:me;novalue",
                "INITIATOR_ERROR        | InitiatorName=",
                "INITIATOR_ERROR        | InitiatorName=a b;SessionType=Discovery",
                "MISSING_PARAMETER      | TargetName=iqn.2026-01.test:open",
                "MISSING_PARAMETER      | InitiatorName=iqn.2026-01.test:me",
                "NOT_FOUND              | InitiatorName=me;TargetName=iqn.2026-01.test:nothere",
                "AUTHORIZATION_FAILURE  | InitiatorName=me;TargetName=iqn.2026-01.test:bob",
                "AUTHENTICATION_FAILURE | InitiatorName=me;TargetName=iqn.2026-01.test:chap",
                "SESSION_TYPE_NOT_SUPPORTED | InitiatorName=me;SessionType=Other",
            })
    void shouldRefuseLogins(LoginStatus status, String text) {
        assertThat(refused(step(OPERATIONAL_TO_FULL, text.split(";")))).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0x82, 0x84, 0x85, 0x86, 0x08, 0x0c, 0xc1})
    void shouldRefuseTransitionsThatDoNotExist(int flags) {
        assertThat(refused(step(flags, names("open")))).isEqualTo(LoginStatus.INITIATOR_ERROR);
    }

    @Test
    void shouldRefuseToGoBack() {
        answer(step(SECURITY_TO_OPERATIONAL, names("open"), "AuthMethod=None"));

        assertThat(refused(step(SECURITY_TO_OPERATIONAL, "")))
                .isEqualTo(LoginStatus.INITIATOR_ERROR);
    }

    @Test
    void shouldRefuseAKeyNegotiatedOnceMore() {
        answer(step(OPERATIONAL, names("open"), "MaxConnections=2"));

        assertThat(refused(step(OPERATIONAL, "MaxConnections=2")))
                .isEqualTo(LoginStatus.INITIATOR_ERROR);
    }

    @Test
    void shouldPutTogetherKeysThatComeInParts() {
        assertThat(keys(answer(step(OPERATIONAL | CONTINUED, names("open"))))).isEmpty();
        assertThat(answer(raw(OPERATIONAL | CONTINUED, "Header")).transit()).isFalse();

        Outcome.Complete complete = complete(raw(OPERATIONAL_TO_FULL, "Digest=CRC32C\0"));

        assertThat(keys(complete.answer())).containsEntry("HeaderDigest", "CRC32C");
    }

    @Test
    void shouldRefuseTextWithoutEnd() {
        String part = "X".repeat(8000);
        Outcome outcome = raw(OPERATIONAL | CONTINUED, part);
        for (int i = 0; i < 20 && !(outcome instanceof Outcome.Refused); i++) {
            outcome = raw(OPERATIONAL | CONTINUED, part);
        }
        assertThat(refused(outcome)).isEqualTo(LoginStatus.INITIATOR_ERROR);
    }

    @Test
    void shouldRefuseOverlongKeysAndValues() {
        assertThat(refused(step(OPERATIONAL, names("open"), "K".repeat(64) + "=1")))
                .isEqualTo(LoginStatus.INITIATOR_ERROR);
        fresh();
        assertThat(refused(step(OPERATIONAL, names("open"), "K=" + "v".repeat(8193))))
                .isEqualTo(LoginStatus.INITIATOR_ERROR);
    }

    @Test
    void shouldAuthenticateByChap() {
        assertThat(keys(answer(step(SECURITY, names("chap"), "AuthMethod=CHAP,None"))))
                .containsEntry("AuthMethod", "CHAP");
        Map<String, String> challenge = keys(answer(step(SECURITY, "CHAP_A=5")));

        Outcome.Answer done = answer(step(SECURITY_TO_OPERATIONAL, proof(challenge)));

        assertThat(done.transit()).isTrue();
        assertThat(done.nextStage()).isEqualTo(LoginStage.OPERATIONAL);
        complete(step(OPERATIONAL_TO_FULL, ""));
    }

    @Test
    void shouldNotLeaveTheSecurityStageBeforeTheProof() {
        assertThat(answer(step(0x83, names("chap"), "AuthMethod=CHAP")).transit()).isFalse();
        assertThat(answer(step(0x83, "CHAP_A=5")).transit()).isFalse();
        assertThat(answer(step(0x83, "")).transit()).isFalse();

        assertThat(refused(step(OPERATIONAL_TO_FULL, ""))).isEqualTo(LoginStatus.INITIATOR_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"None", "KRB5", "", "CHAP2"})
    void shouldRefuseAnInitiatorThatDoesNotOfferChap(String methods) {
        assertThat(refused(step(SECURITY, names("chap"), "AuthMethod=" + methods)))
                .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    }

    @Test
    void shouldRefuseAProofWithoutAChallengeAndASecondAttempt() {
        assertThat(refused(step(SECURITY, names("chap"), "CHAP_N=alice", "CHAP_R=0x00")))
                .isEqualTo(LoginStatus.INITIATOR_ERROR);
        fresh();
        answer(step(SECURITY, names("chap"), "AuthMethod=CHAP"));
        answer(step(SECURITY, "CHAP_A=5"));
        assertThat(refused(step(SECURITY, "CHAP_N=alice", "CHAP_R=0x" + "00".repeat(16))))
                .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    }

    @Test
    void shouldSkipAuthenticationWhereNoneIsSetUp() {
        assertThat(
                        keys(
                                answer(
                                        step(
                                                SECURITY_TO_OPERATIONAL,
                                                names("open"),
                                                "AuthMethod=CHAP,None"))))
                .containsEntry("AuthMethod", "None");
        fresh();
        assertThat(refused(step(SECURITY, names("open"), "AuthMethod=CHAP")))
                .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    }

    @Test
    void shouldAdmitTheInitiatorOnTheListWhateverItsCase() {
        complete(
                step(
                        OPERATIONAL_TO_FULL,
                        "InitiatorName=IQN.2026-01.test:bob",
                        "TargetName=IQN.2026-01.TEST:BOB"));
    }

    @Test
    void shouldFindKeysIrrelevantInDiscoveryAndOnFurtherConnections() {
        Outcome.Complete discovery =
                complete(
                        step(
                                OPERATIONAL_TO_FULL,
                                "InitiatorName=me",
                                "SessionType=Discovery",
                                "MaxBurstLength=4096"));
        assertThat(keys(discovery.answer())).containsEntry("MaxBurstLength", "Irrelevant");
        assertThat(discovery.login().target()).isNull();
        fresh();
        Outcome.Complete joined =
                complete(request(9, OPERATIONAL_TO_FULL, names("open"), "InitialR2T=No"));
        assertThat(keys(joined.answer())).containsEntry("InitialR2T", "Irrelevant");
        assertThat(joined.login().session()).isEqualTo(JOINED);
        fresh();
        assertThat(refused(request(8, OPERATIONAL_TO_FULL, names("open"))))
                .isEqualTo(LoginStatus.SESSION_DOES_NOT_EXIST);
    }

    @Test
    void shouldSurviveRandomText() {
        long seed = Long.getLong("weir.fuzz.seed", new Random().nextLong());
        log.info("weir.fuzz.seed={}", seed);
        Random random = new Random(seed);
        String[] words = {
            "InitiatorName=me",
            "TargetName=iqn.2026-01.test:chap",
            "AuthMethod=CHAP",
            "CHAP_A=5",
            "CHAP_R=0x",
            "CHAP_R=0b",
            "CHAP_N=alice",
            "CHAP_I=0x100",
            "CHAP_C=0",
            "=",
            "\0",
            "\0\0",
            "MaxBurstLength=-1",
            "HeaderDigest=",
            ",",
            "SessionType=Discovery",
            "é=€"
        };
        for (int round = 0; round < 20_000; round++) {
            fresh();
            for (int i = 0; i < 6; i++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(5); n > 0; n--) {
                    text.append(words[random.nextInt(words.length)]);
                    text.append(random.nextInt(8) == 0 ? "" : "\0");
                }
                Outcome outcome =
                        raw(random.nextInt(4) == 0 ? random.nextInt(256) : 0, text.toString());
                if (outcome instanceof Outcome.Complete(var _, Login in)) {
                    // Nobody gets in to what asks for a proof that is not given.
                    assertThat(in.target()).as("seed %d", seed).isNull();
                }
                if (!(outcome instanceof Outcome.Answer)) {
                    break;
                }
            }
        }
    }

    private void add(String name, IscsiAccess access) {
        targets.add(new IscsiTarget(name, Portal.target(name, new MemoryDevice(1 << 20)), access));
    }

    private void fresh() {
        login = new LoginNegotiation(directory, IscsiLimits.defaults(), new SecureRandom());
    }

    private static String names(String target) {
        return "InitiatorName=iqn.2026-01.test:me\0TargetName=iqn.2026-01.test:" + target;
    }

    private static String[] proof(Map<String, String> challenge) {
        byte[] response =
                ChapAlgorithm.MD5.response(
                        Integer.parseInt(challenge.get("CHAP_I")),
                        "secret-of-alice".getBytes(StandardCharsets.UTF_8),
                        BinaryValue.decode(challenge.getOrDefault("CHAP_C", ""), 1024)
                                .orElseThrow());
        return new String[] {"CHAP_N=alice", "CHAP_R=" + BinaryValue.encode(response)};
    }

    private Outcome step(int flags, String... pairs) {
        return request(0, flags, pairs);
    }

    private Outcome raw(int flags, String text) {
        return login.step(parse(0, flags, text));
    }

    private Outcome request(int tsih, int flags, String... pairs) {
        return login.step(parse(tsih, flags, String.join("\0", pairs) + "\0"));
    }

    private static LoginRequest parse(int tsih, int flags, String text) {
        return new LoginRequest(
                (flags & 0x80) != 0,
                (flags & 0x40) != 0,
                flags >> 2 & 3,
                flags & 3,
                0,
                1,
                tsih,
                5,
                0,
                1,
                text.getBytes(StandardCharsets.UTF_8));
    }

    private static Outcome.Answer answer(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Answer.class);
        return (Outcome.Answer) outcome;
    }

    private static Outcome.Complete complete(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Complete.class);
        return (Outcome.Complete) outcome;
    }

    private static LoginStatus refused(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused) outcome).status();
    }

    private static Map<String, String> keys(Outcome.Answer answer) {
        try {
            return TextKeys.parse(answer.text());
        } catch (TextKeys.SyntaxException e) {
            throw new AssertionError(e);
        }
    }
}

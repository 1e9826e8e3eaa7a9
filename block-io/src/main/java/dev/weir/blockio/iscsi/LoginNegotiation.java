package dev.weir.blockio.iscsi;

import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The login phase of one connection (RFC 7143 6.3): takes requests, gives responses, and knows no
 * socket.
 *
 * <pre>
 *   start ---> SECURITY ---> OPERATIONAL ---> FULL FEATURE
 *     |            |              ^                ^
 *     |            +--------------|----------------+
 *     +---------------------------+
 * </pre>
 *
 * <p>Whoever must prove who they are does so in the security stage; the other stages do not open
 * before. Anything out of order ends the login. Owned by the connection's thread.
 */
final class LoginNegotiation {

    /** What a login is checked against. */
    interface Directory {

        Optional<IscsiTarget> find(String targetName);

        IscsiAccess discovery();

        /** The session that a further connection wants to join. */
        Optional<SessionParameters> session(SessionName name, int tsih);

        int portalGroupTag();
    }

    /** What a request led to. */
    sealed interface Outcome {

        /** A response, after which the login goes on. */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Answer(boolean transit, int currentStage, int nextStage, byte[] text)
                implements Outcome {}

        /** As an answer, after which the full feature phase begins. */
        record Complete(Answer answer, Login login) implements Outcome {}

        /** The login ends, and with it the connection. */
        record Refused(LoginStatus status, String reason) implements Outcome {}
    }

    private static final int ACTIVE_VERSION = 0;
    private static final int NO_STAGE = -1;
    private static final int RESERVED_STAGE = 2;
    private static final int NEW_SESSION = 0;

    private static final String AUTH_METHOD = "AuthMethod";
    private static final String CHAP = "CHAP";
    private static final String NONE = "None";

    private static final Set<String> CHAP_KEYS =
            Set.of(
                    ChapExchange.ALGORITHM,
                    ChapExchange.NAME,
                    ChapExchange.RESPONSE,
                    ChapExchange.IDENTIFIER,
                    ChapExchange.CHALLENGE);

    private final Directory directory;
    private final IscsiLimits limits;
    private final SecureRandom random;
    private final OperationalKeys operational;
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private final Set<String> seen = new HashSet<>();
    private @Nullable LoginRequest first;
    private @Nullable Identity identity;
    private @Nullable ChapExchange chap;
    private boolean declaredOurs;
    private boolean authenticated;
    private boolean methodChosen;
    private int stage = NO_STAGE;

    LoginNegotiation(Directory directory, IscsiLimits limits, SecureRandom random) {
        this.directory = directory;
        this.limits = limits;
        this.random = random;
        this.operational = new OperationalKeys(limits);
    }

    /** Ends the login from within. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final LoginStatus status;

        Refusal(LoginStatus status, String reason) {
            super(reason, null, false, false);
            this.status = status;
        }
    }

    Outcome step(LoginRequest request) {
        try {
            return take(request);
        } catch (TextKeys.SyntaxException e) {
            return new Outcome.Refused(LoginStatus.INITIATOR_ERROR, String.valueOf(e.getMessage()));
        } catch (Refusal e) {
            return new Outcome.Refused(e.status, String.valueOf(e.getMessage()));
        }
    }

    private Outcome take(LoginRequest request) throws Refusal, TextKeys.SyntaxException {
        checkHeader(request);
        if (request.text().length > limits.maxTextBytes() - unfinished.size()) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "text of too many bytes");
        }
        unfinished.writeBytes(request.text());
        if (request.continued()) {
            return new Outcome.Answer(
                    false, request.currentStage(), request.currentStage(), new byte[0]);
        }
        Map<String, String> keys = TextKeys.parse(unfinished.toByteArray());
        unfinished.reset();
        if (seen.size() + keys.size() > TextKeys.MAX_KEYS) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "too many keys");
        }
        for (String key : keys.keySet()) {
            if (!seen.add(key)) {
                throw new Refusal(LoginStatus.INITIATOR_ERROR, "key " + key + " once more");
            }
        }
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        Identity who = identity;
        if (who == null) {
            who = identify(request, keys, answers);
            identity = who;
        }
        negotiate(who, keys, answers);
        return answer(request, who, answers);
    }

    private void checkHeader(LoginRequest request) throws Refusal {
        LoginRequest begun = first;
        if (begun == null) {
            if (request.versionMin() > ACTIVE_VERSION) {
                throw new Refusal(LoginStatus.UNSUPPORTED_VERSION, "a later version only");
            }
            first = request;
        } else if (request.isid() != begun.isid()
                || request.tsih() != begun.tsih()
                || request.connectionId() != begun.connectionId()
                || request.taskTag() != begun.taskTag()) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "another login in the middle of one");
        }
        int current = request.currentStage();
        boolean entered = stage == NO_STAGE && current <= LoginStage.OPERATIONAL;
        if (!entered && current != stage) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "stage " + current + " out of turn");
        }
        stage = current;
        int next = request.nextStage();
        if (request.transit()
                && (request.continued() || next <= current || next == RESERVED_STAGE)) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "transit to stage " + next);
        }
    }

    /** Takes the keys that say who wants what; they come with the first request. */
    private Identity identify(
            LoginRequest request, Map<String, String> keys, ByteArrayOutputStream answers)
            throws Refusal {
        String initiator = keys.remove("InitiatorName");
        if (initiator == null) {
            throw new Refusal(LoginStatus.MISSING_PARAMETER, "no InitiatorName");
        }
        if (!IscsiName.isAcceptable(initiator)) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "InitiatorName is not a name");
        }
        String alias = keys.remove("InitiatorAlias");
        String type = keys.remove("SessionType");
        String targetName = keys.remove("TargetName");
        IscsiTarget target =
                switch (type == null ? "Normal" : type) {
                    case "Normal" -> find(initiator, targetName);
                    case "Discovery" -> null;
                    default ->
                            throw new Refusal(
                                    LoginStatus.SESSION_TYPE_NOT_SUPPORTED, "no such SessionType");
                };
        IscsiAccess access = target == null ? directory.discovery() : target.access();
        if (!access.admits(initiator)) {
            throw new Refusal(LoginStatus.AUTHORIZATION_FAILURE, initiator + " is not admitted");
        }
        if (target == null) {
            operational.discovery();
        }
        SessionName name =
                new SessionName(
                        initiator.toLowerCase(Locale.ROOT),
                        request.isid(),
                        target == null ? "" : target.name(),
                        directory.portalGroupTag());
        SessionParameters joined = null;
        if (request.tsih() != NEW_SESSION) {
            joined = target == null ? null : directory.session(name, request.tsih()).orElse(null);
            if (joined == null) {
                throw new Refusal(LoginStatus.SESSION_DOES_NOT_EXIST, "no such session");
            }
            operational.notLeading();
        }
        if (target != null) {
            TextKeys.write(
                    "TargetPortalGroupTag", Integer.toString(directory.portalGroupTag()), answers);
        }
        authenticated = access.chap().isEmpty();
        return new Identity(name, alias == null ? "" : alias, target, access, joined);
    }

    private IscsiTarget find(String initiator, @Nullable String targetName) throws Refusal {
        if (targetName == null) {
            throw new Refusal(LoginStatus.MISSING_PARAMETER, "no TargetName");
        }
        return directory
                .find(targetName.toLowerCase(Locale.ROOT))
                .orElseThrow(() ->
                        new Refusal(
                                LoginStatus.NOT_FOUND,
                                initiator + " wants a target that is not there"));
    }

    private void negotiate(Identity who, Map<String, String> keys, ByteArrayOutputStream answers)
            throws Refusal {
        if (stage == LoginStage.SECURITY) {
            String methods = keys.remove(AUTH_METHOD);
            if (methods != null) {
                TextKeys.write(AUTH_METHOD, chooseMethod(who, methods), answers);
            }
            authenticate(keys, answers);
        } else if (!authenticated) {
            throw new Refusal(LoginStatus.AUTHENTICATION_FAILURE, "no authentication");
        }
        for (Map.Entry<String, String> offer : keys.entrySet()) {
            String answer = answerTo(offer.getKey(), offer.getValue());
            if (answer != null) {
                TextKeys.write(offer.getKey(), answer, answers);
            }
        }
        if (stage == LoginStage.OPERATIONAL && !declaredOurs) {
            declaredOurs = true;
            TextKeys.write(
                    OperationalKeys.MAX_RECV_DATA_SEGMENT_LENGTH,
                    Integer.toString(operational.declareOurs()),
                    answers);
        }
    }

    private @Nullable String answerTo(String key, String value) {
        // Declarations of MaxRecvDataSegmentLength are allowed in any stage (RFC 7143 13.12).
        boolean inTurn =
                stage == LoginStage.OPERATIONAL
                        || key.equals(OperationalKeys.MAX_RECV_DATA_SEGMENT_LENGTH);
        if (operational.knows(key)) {
            return inTurn ? operational.answer(key, value) : TextKeys.REJECT;
        }
        boolean misplaced =
                key.equals(AUTH_METHOD)
                        || CHAP_KEYS.contains(key)
                        || key.equals("InitiatorName")
                        || key.equals("TargetName")
                        || key.equals("SessionType")
                        || key.equals("SendTargets");
        if (key.equals("InitiatorAlias")) {
            return null;
        }
        return misplaced ? TextKeys.REJECT : TextKeys.NOT_UNDERSTOOD;
    }

    private String chooseMethod(Identity who, String methods) throws Refusal {
        Set<String> offered = Set.copyOf(Arrays.asList(methods.split(",", -1)));
        methodChosen = true;
        Optional<ChapCredentials> required = who.access().chap();
        if (required.isPresent()) {
            if (!offered.contains(CHAP)) {
                throw new Refusal(
                        LoginStatus.AUTHENTICATION_FAILURE,
                        who.name().initiator() + " does not offer CHAP");
            }
            chap = new ChapExchange(required.get(), who.access().mutualChap(), random);
            return CHAP;
        }
        if (!offered.contains(NONE)) {
            throw new Refusal(
                    LoginStatus.AUTHENTICATION_FAILURE,
                    who.name().initiator() + " insists on authentication, and nothing is set up");
        }
        return NONE;
    }

    private void authenticate(Map<String, String> keys, ByteArrayOutputStream answers)
            throws Refusal {
        Map<String, String> given = new LinkedHashMap<>();
        CHAP_KEYS.forEach(key -> {
            String value = keys.remove(key);
            if (value != null) {
                given.put(key, value);
            }
        });
        if (given.isEmpty()) {
            return;
        }
        ChapExchange exchange = chap;
        String algorithms = given.get(ChapExchange.ALGORITHM);
        if (exchange == null || authenticated || exchange.isChallenged() != (algorithms == null)) {
            throw new Refusal(LoginStatus.INITIATOR_ERROR, "CHAP out of turn");
        }
        Optional<Map<String, String>> next =
                algorithms != null ? exchange.challenge(algorithms) : exchange.verify(given);
        if (next.isEmpty()) {
            throw new Refusal(LoginStatus.AUTHENTICATION_FAILURE, "CHAP failed");
        }
        authenticated = algorithms == null;
        next.get().forEach((key, value) -> TextKeys.write(key, value, answers));
    }

    private Outcome answer(LoginRequest request, Identity who, ByteArrayOutputStream answers)
            throws Refusal {
        boolean open = authenticated || stage != LoginStage.SECURITY;
        if (request.transit() && !open && !methodChosen) {
            throw new Refusal(LoginStatus.AUTHENTICATION_FAILURE, "no authentication");
        }
        boolean transit = request.transit() && open;
        Outcome.Answer answer =
                new Outcome.Answer(
                        transit,
                        stage,
                        transit ? request.nextStage() : stage,
                        answers.toByteArray());
        if (!transit) {
            return answer;
        }
        stage = request.nextStage();
        if (stage != LoginStage.FULL_FEATURE) {
            return answer;
        }
        SessionParameters session = who.joined() == null ? operational.session() : who.joined();
        return new Outcome.Complete(
                answer,
                new Login(
                        who.name(),
                        who.alias(),
                        who.target(),
                        request.tsih(),
                        request.connectionId(),
                        request.cmdSn(),
                        session,
                        operational.connection()));
    }

    /** Who logs in to what. */
    private record Identity(
            SessionName name,
            String alias,
            @Nullable IscsiTarget target,
            IscsiAccess access,
            @Nullable SessionParameters joined) {}
}

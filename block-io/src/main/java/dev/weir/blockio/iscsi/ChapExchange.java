package dev.weir.blockio.iscsi;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The target's side of one CHAP authentication (RFC 7143 12.1.3), one-way or mutual.
 *
 * <pre>
 *   initiator              target
 *   CHAP_A=5,7       -->
 *                    <--   CHAP_A CHAP_I CHAP_C          challenge
 *   CHAP_N CHAP_R    -->
 *   [CHAP_I CHAP_C]        [CHAP_N CHAP_R]               verify
 * </pre>
 *
 * A failure says nothing about which part was wrong. Owned by the connection's thread.
 */
final class ChapExchange {
    static final String ALGORITHM = "CHAP_A";
    static final String NAME = "CHAP_N";
    static final String RESPONSE = "CHAP_R";
    static final String IDENTIFIER = "CHAP_I";
    static final String CHALLENGE = "CHAP_C";

    /** RFC 7143 12.1.3. */
    static final int MAX_CHALLENGE_BYTES = 1024;

    private static final int MAX_IDENTIFIER = 255;

    private final ChapCredentials initiator;
    private final Optional<ChapCredentials> target;
    private final SecureRandom random;
    private @Nullable ChapAlgorithm algorithm;
    private byte[] challenge = {};
    private int identifier;

    ChapExchange(ChapCredentials initiator, Optional<ChapCredentials> target, SecureRandom random) {
        this.initiator = initiator;
        this.target = target;
        this.random = random;
    }

    boolean isChallenged() {
        return algorithm != null;
    }

    /** Answers a list of algorithms with a challenge, or nothing if none is known. */
    Optional<Map<String, String>> challenge(String algorithms) {
        Optional<ChapAlgorithm> chosen = ChapAlgorithm.choose(algorithms);
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        algorithm = chosen.get();
        challenge = new byte[chosen.get().responseBytes()];
        random.nextBytes(challenge);
        identifier = random.nextInt(MAX_IDENTIFIER + 1);
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put(ALGORITHM, Integer.toString(chosen.get().number()));
        keys.put(IDENTIFIER, Integer.toString(identifier));
        keys.put(CHALLENGE, BinaryValue.encode(challenge));
        return Optional.of(keys);
    }

    /**
     * Checks the initiator's proof; a challenge of its own is answered.
     *
     * @return the keys of the answer, possibly none; nothing if authentication failed
     */
    Optional<Map<String, String>> verify(Map<String, String> keys) {
        ChapAlgorithm agreed = algorithm;
        if (agreed == null || !proves(keys, agreed)) {
            return Optional.empty();
        }
        String theirChallenge = keys.get(CHALLENGE);
        String theirIdentifier = keys.get(IDENTIFIER);
        if (theirChallenge == null && theirIdentifier == null) {
            return Optional.of(Map.of());
        }
        if (theirChallenge == null || theirIdentifier == null || target.isEmpty()) {
            return Optional.empty();
        }
        return answer(agreed, theirIdentifier, theirChallenge, target.get());
    }

    private boolean proves(Map<String, String> keys, ChapAlgorithm agreed) {
        String name = keys.get(NAME);
        Optional<byte[]> response =
                Optional.ofNullable(keys.get(RESPONSE))
                        .flatMap(r -> BinaryValue.decode(r, agreed.responseBytes()));
        byte[] expected = agreed.response(identifier, initiator.secretBytes(), challenge);
        // The hash is always computed and compared, so that the time tells nothing about the name.
        boolean proven = response.isPresent() && MessageDigest.isEqual(expected, response.get());
        return proven && initiator.user().equals(name);
    }

    private Optional<Map<String, String>> answer(
            ChapAlgorithm agreed,
            String theirIdentifier,
            String theirChallenge,
            ChapCredentials own) {
        OptionalLong number = KeyRule.within(theirIdentifier, 0, MAX_IDENTIFIER);
        Optional<byte[]> bytes = BinaryValue.decode(theirChallenge, MAX_CHALLENGE_BYTES);
        // Our own challenge sent back would have us compute the initiator's proof for it.
        if (number.isEmpty()
                || bytes.isEmpty()
                || bytes.get().length == 0
                || MessageDigest.isEqual(challenge, bytes.get())) {
            return Optional.empty();
        }
        byte[] response = agreed.response((int) number.getAsLong(), own.secretBytes(), bytes.get());
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put(NAME, own.user());
        answer.put(RESPONSE, BinaryValue.encode(response));
        return Optional.of(answer);
    }
}

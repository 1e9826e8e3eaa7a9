package dev.weir.blockio.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChapExchangeTest {
    private static final ChapCredentials ALICE = new ChapCredentials("alice", "secret-of-alice");
    private static final ChapCredentials TARGET = new ChapCredentials("target", "secret-of-disks");

    private final ChapExchange exchange =
            new ChapExchange(ALICE, Optional.of(TARGET), new SecureRandom());

    /** Computed with Python's hashlib. */
    @ParameterizedTest
    @CsvSource({
        "MD5, 403d278df2d850bff3d4c3588bd50f1c",
        "SHA1, 87e634e362a4351a087ca6fa98107751047fb5cc",
        "SHA256, e9665258c844c5e0fc6818258a471133fa7fc8878798ec03197efda6318ad62e",
        "SHA3_256, 1f3e30e32cb7f502509079cb0f450d19c17911ebfb1d0ab59277918869bb7bce"
    })
    void shouldComputeKnownResponses(ChapAlgorithm algorithm, String expected) {
        byte[] challenge = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] secret = "secret-of-alice".getBytes(StandardCharsets.UTF_8);

        assertThat(HexFormat.of().formatHex(algorithm.response(0x2a, secret, challenge)))
                .isEqualTo(expected);
    }

    @Test
    void shouldAcceptTheRightProofAndGiveItsOwn() {
        Map<String, String> challenge = exchange.challenge("9,7,5").orElseThrow();
        assertThat(challenge.get("CHAP_A")).isEqualTo("7");

        Map<String, String> answer =
                exchange.verify(proof(challenge, "0x07", "0x" + "ab".repeat(20))).orElseThrow();

        byte[] own =
                ChapAlgorithm.SHA256.response(
                        7, TARGET.secretBytes(), HexFormat.of().parseHex("ab".repeat(20)));
        assertThat(answer)
                .containsEntry("CHAP_N", "target")
                .containsEntry("CHAP_R", BinaryValue.encode(own));
    }

    @Test
    void shouldRefuseItsOwnChallengeSentBack() {
        Map<String, String> challenge = exchange.challenge("5").orElseThrow();

        assertThat(exchange.verify(proof(challenge, "1", challenge.getOrDefault("CHAP_C", ""))))
                .isEmpty();
    }

    @Test
    void shouldRefuseAWrongNameOrResponse() {
        Map<String, String> challenge = exchange.challenge("5").orElseThrow();
        Map<String, String> right = proof(challenge, "", "");

        assertThat(exchange.verify(with(right, "CHAP_N", "bob"))).isEmpty();
        assertThat(exchange.verify(with(right, "CHAP_R", "0x" + "00".repeat(16)))).isEmpty();
        assertThat(exchange.verify(with(right, "CHAP_R", "0x"))).isEmpty();
        assertThat(exchange.verify(with(right, "CHAP_R", "0b" + "A".repeat(60_000)))).isEmpty();
        assertThat(exchange.verify(with(right, "CHAP_R", "nonsense"))).isEmpty();
        assertThat(exchange.verify(right)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "56", "4", "05", "5 ", "x"})
    void shouldKnowNoOtherAlgorithms(String list) {
        assertThat(exchange.challenge(list)).isEmpty();
    }

    @Test
    void shouldNeverChallengeTwiceAlike() {
        String first = exchange.challenge("5").orElseThrow().get("CHAP_C");

        assertThat(exchange.challenge("5").orElseThrow().get("CHAP_C")).isNotEqualTo(first);
    }

    @Test
    void shouldNotShowSecrets() {
        IscsiAccess access = new IscsiAccess(Set.of(), Optional.of(ALICE), Optional.of(TARGET), 1);

        assertThat(access.toString()).contains("alice").doesNotContain("secret-of");
    }

    @Test
    void shouldRefuseWeakSecretsAndOneForBothDirections() {
        assertThatThrownBy(() -> new ChapCredentials("alice", "elevenbytes"))
                .hasMessageNotContaining("elevenbytes");
        ChapCredentials same = new ChapCredentials("target", "secret-of-alice");
        assertThatThrownBy(
                        () -> new IscsiAccess(Set.of(), Optional.of(ALICE), Optional.of(same), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<String, String> proof(
            Map<String, String> challenge, String identifier, String theirs) {
        ChapAlgorithm algorithm =
                ChapAlgorithm.choose(challenge.getOrDefault("CHAP_A", "")).orElseThrow();
        byte[] response =
                algorithm.response(
                        Integer.parseInt(challenge.get("CHAP_I")),
                        ALICE.secretBytes(),
                        BinaryValue.decode(challenge.getOrDefault("CHAP_C", ""), 1024)
                                .orElseThrow());
        Map<String, String> proof = new HashMap<>();
        proof.put("CHAP_N", "alice");
        proof.put("CHAP_R", BinaryValue.encode(response));
        if (!identifier.isEmpty()) {
            proof.put("CHAP_I", identifier);
            proof.put("CHAP_C", theirs);
        }
        return proof;
    }

    private static Map<String, String> with(Map<String, String> keys, String key, String value) {
        Map<String, String> changed = new HashMap<>(keys);
        changed.put(key, value);
        return changed;
    }
}

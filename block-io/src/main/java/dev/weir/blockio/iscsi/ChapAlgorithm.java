package dev.weir.blockio.iscsi;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** Hash algorithms of CHAP (IANA "PPP Authentication Algorithms"; RFC 7143 12.1.3). */
enum ChapAlgorithm {
    MD5(5, "MD5"),
    SHA1(6, "SHA-1"),
    SHA256(7, "SHA-256"),
    SHA3_256(8, "SHA3-256");

    /** Longest response of any of them. */
    static final int MAX_RESPONSE_BYTES = 32;

    private final int number;
    private final String digest;

    ChapAlgorithm(int number, String digest) {
        this.number = number;
        this.digest = digest;
    }

    int number() {
        return number;
    }

    /** The first of the initiator's list that is known here. */
    static Optional<ChapAlgorithm> choose(String list) {
        for (String offered : list.split(",", -1)) {
            for (ChapAlgorithm algorithm : values()) {
                if (offered.equals(Integer.toString(algorithm.number))) {
                    return Optional.of(algorithm);
                }
            }
        }
        return Optional.empty();
    }

    int responseBytes() {
        return messageDigest().getDigestLength();
    }

    /** RFC 1994 4.1: the hash of identifier, secret and challenge. */
    byte[] response(int identifier, byte[] secret, byte[] challenge) {
        MessageDigest hash = messageDigest();
        hash.update((byte) identifier);
        hash.update(secret);
        return hash.digest(challenge);
    }

    private MessageDigest messageDigest() {
        try {
            return MessageDigest.getInstance(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no " + digest, e);
        }
    }
}

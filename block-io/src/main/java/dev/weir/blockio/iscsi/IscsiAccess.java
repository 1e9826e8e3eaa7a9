package dev.weir.blockio.iscsi;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may log in to a target.
 *
 * @param initiators iSCSI names that may; none means any
 * @param chap what an initiator must prove
 * @param mutualChap what the target proves when the initiator asks for it; only with {@code chap},
 *     and with another secret, so that neither side can use the other to answer its own challenge
 *     (RFC 7143 9.2.1)
 * @param maxSessions at a time
 */
public record IscsiAccess(
        Set<String> initiators,
        Optional<ChapCredentials> chap,
        Optional<ChapCredentials> mutualChap,
        int maxSessions) {

    public static final int DEFAULT_MAX_SESSIONS = 1024;

    public IscsiAccess {
        initiators =
                initiators.stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        if (maxSessions <= 0) {
            throw new IllegalArgumentException("sessions " + maxSessions + " is not positive");
        }
        if (mutualChap.isPresent()) {
            if (chap.isEmpty()) {
                throw new IllegalArgumentException("mutual CHAP without CHAP");
            }
            if (mutualChap.get().secret().equals(chap.get().secret())) {
                throw new IllegalArgumentException("both directions of CHAP have one secret");
            }
        }
    }

    /** Anybody, unauthenticated. */
    public static IscsiAccess open() {
        return new IscsiAccess(Set.of(), Optional.empty(), Optional.empty(), DEFAULT_MAX_SESSIONS);
    }

    boolean admits(String initiatorName) {
        return initiators.isEmpty() || initiators.contains(initiatorName.toLowerCase(Locale.ROOT));
    }
}

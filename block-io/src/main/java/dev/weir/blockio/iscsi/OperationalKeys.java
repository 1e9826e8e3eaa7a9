package dev.weir.blockio.iscsi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operational parameters of one login (RFC 7143 13): answers the initiator's offers, and says
 * what came of it. Keys that were not offered keep the default of the RFC. Owned by the
 * connection's thread.
 */
final class OperationalKeys {

    static final String MAX_RECV_DATA_SEGMENT_LENGTH = "MaxRecvDataSegmentLength";

    /** What a side may send before the other one declares more (RFC 7143 13.12). */
    static final int DEFAULT_DATA_SEGMENT_BYTES = 8192;

    private static final int MIN_SEGMENT_BYTES = 512;
    private static final int MAX_SEGMENT_BYTES = (1 << 24) - 1;

    /** Not negotiated in a discovery session (RFC 7143 13, "Irrelevant when"). */
    private static final Set<String> IRRELEVANT_IN_DISCOVERY =
            Set.of(
                    "MaxConnections",
                    "InitialR2T",
                    "ImmediateData",
                    "MaxBurstLength",
                    "FirstBurstLength",
                    "MaxOutstandingR2T",
                    "DataPDUInOrder",
                    "DataSequenceInOrder",
                    "TaskReporting",
                    "iSCSIProtocolLevel");

    /** Negotiated once for the whole session, on its leading connection (RFC 7143 13, "LO"). */
    private static final Set<String> LEADING_ONLY =
            Set.of(
                    "MaxConnections",
                    "InitialR2T",
                    "ImmediateData",
                    "MaxBurstLength",
                    "FirstBurstLength",
                    "DefaultTime2Wait",
                    "DefaultTime2Retain",
                    "MaxOutstandingR2T",
                    "DataPDUInOrder",
                    "DataSequenceInOrder",
                    "ErrorRecoveryLevel",
                    "TaskReporting",
                    "iSCSIProtocolLevel");

    private final Map<String, KeyRule> rules;
    private final IscsiLimits limits;
    private final Map<String, String> agreed = new HashMap<>();
    private boolean discovery;
    private boolean leading = true;
    private int sendDataBytes = DEFAULT_DATA_SEGMENT_BYTES;
    private int receiveDataBytes = DEFAULT_DATA_SEGMENT_BYTES;

    OperationalKeys(IscsiLimits limits) {
        this.limits = limits;
        KeyRule digest = new KeyRule.Choice(List.of("CRC32C", "None"));
        this.rules =
                Map.ofEntries(
                        Map.entry("HeaderDigest", digest),
                        Map.entry("DataDigest", digest),
                        Map.entry(
                                "MaxConnections",
                                new KeyRule.Least(1, 65535, limits.connectionsPerSession())),
                        Map.entry("InitialR2T", new KeyRule.Or(false)),
                        Map.entry("ImmediateData", new KeyRule.And(true)),
                        Map.entry(
                                "MaxBurstLength",
                                new KeyRule.Least(
                                        MIN_SEGMENT_BYTES,
                                        MAX_SEGMENT_BYTES,
                                        limits.maxBurstBytes())),
                        Map.entry(
                                "FirstBurstLength",
                                new KeyRule.Least(
                                        MIN_SEGMENT_BYTES,
                                        MAX_SEGMENT_BYTES,
                                        limits.firstBurstBytes())),
                        // What is left of a session without recovery: nothing to wait for.
                        Map.entry("DefaultTime2Wait", new KeyRule.Most(0, 3600, 0)),
                        Map.entry("DefaultTime2Retain", new KeyRule.Least(0, 3600, 0)),
                        Map.entry(
                                "MaxOutstandingR2T",
                                new KeyRule.Least(1, 65535, limits.maxOutstandingR2t())),
                        Map.entry("DataPDUInOrder", new KeyRule.Or(true)),
                        Map.entry("DataSequenceInOrder", new KeyRule.Or(true)),
                        Map.entry("ErrorRecoveryLevel", new KeyRule.Least(0, 2, 0)),
                        Map.entry("TaskReporting", new KeyRule.Choice(List.of("RFC3720"))),
                        Map.entry("iSCSIProtocolLevel", new KeyRule.Least(0, 31, 1)),
                        // RFC 7143 13.25: markers are gone; "No" is understood by older initiators.
                        Map.entry("IFMarker", new KeyRule.Always(KeyRule.NO)),
                        Map.entry("OFMarker", new KeyRule.Always(KeyRule.NO)),
                        Map.entry("IFMarkInt", new KeyRule.Always(TextKeys.REJECT)),
                        Map.entry("OFMarkInt", new KeyRule.Always(TextKeys.REJECT)));
    }

    void discovery() {
        discovery = true;
    }

    /** From here on the keys are those of a further connection of a session. */
    void notLeading() {
        leading = false;
    }

    boolean knows(String key) {
        return rules.containsKey(key) || key.equals(MAX_RECV_DATA_SEGMENT_LENGTH);
    }

    /** The answer to an offer, or null where none is due, which is so with declarations. */
    @Nullable String answer(String key, String offered) {
        if (key.equals(MAX_RECV_DATA_SEGMENT_LENGTH)) {
            return declare(offered);
        }
        KeyRule rule = rules.get(key);
        if (rule == null) {
            return TextKeys.NOT_UNDERSTOOD;
        }
        if ((discovery && IRRELEVANT_IN_DISCOVERY.contains(key))
                || (!leading && LEADING_ONLY.contains(key))) {
            return TextKeys.IRRELEVANT;
        }
        String answer = rule.answer(offered);
        if (!answer.equals(TextKeys.REJECT)) {
            agreed.put(key, answer);
        }
        return answer;
    }

    /** Makes what we declare ourselves count, once it is on its way. */
    int declareOurs() {
        receiveDataBytes = limits.maxDataSegmentBytes();
        return receiveDataBytes;
    }

    ConnectionParameters connection() {
        return new ConnectionParameters(
                is("HeaderDigest", "CRC32C"),
                is("DataDigest", "CRC32C"),
                sendDataBytes,
                receiveDataBytes);
    }

    /** Defaults are those of RFC 7143 13. */
    SessionParameters session() {
        int maxBurst = number("MaxBurstLength", 262144);
        return new SessionParameters(
                discovery,
                number("MaxConnections", 1),
                !is("InitialR2T", KeyRule.NO),
                !is("ImmediateData", KeyRule.NO),
                maxBurst,
                Math.min(maxBurst, number("FirstBurstLength", 65536)),
                number("MaxOutstandingR2T", 1));
    }

    private @Nullable String declare(String offered) {
        OptionalLong bytes = KeyRule.within(offered, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
        if (bytes.isEmpty()) {
            return TextKeys.REJECT;
        }
        sendDataBytes = (int) Math.min(bytes.getAsLong(), limits.maxDataSegmentBytes());
        return null;
    }

    private boolean is(String key, String value) {
        return value.equals(agreed.get(key));
    }

    private int number(String key, int otherwise) {
        String value = agreed.get(key);
        return value == null ? otherwise : Integer.parseInt(value);
    }
}

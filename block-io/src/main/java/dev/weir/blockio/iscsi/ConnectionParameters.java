package dev.weir.blockio.iscsi;

/**
 * What was agreed on for one connection.
 *
 * @param sendDataBytes longest data segment that goes to the initiator
 * @param receiveDataBytes longest data segment that is taken from it
 */
record ConnectionParameters(
        boolean headerDigest, boolean dataDigest, int sendDataBytes, int receiveDataBytes) {

    /** During login, and where nothing else is said (RFC 7143 13.1, 13.12). */
    static final ConnectionParameters LOGIN =
            new ConnectionParameters(
                    false,
                    false,
                    OperationalKeys.DEFAULT_DATA_SEGMENT_BYTES,
                    OperationalKeys.DEFAULT_DATA_SEGMENT_BYTES);

    int headerDigestBytes() {
        return headerDigest ? Bhs.DIGEST_BYTES : 0;
    }

    int dataDigestBytes() {
        return dataDigest ? Bhs.DIGEST_BYTES : 0;
    }

    ConnectionParameters withSendDataBytes(int bytes) {
        return new ConnectionParameters(headerDigest, dataDigest, bytes, receiveDataBytes);
    }
}

package dev.weir.blockio.iscsi;

import java.time.Instant;
import java.util.List;

/**
 * A session, as of the moment it was asked for.
 *
 * @param initiatorAlias what the initiator says for people to read; may be empty
 * @param isid what tells sessions of one initiator apart; 48 bits
 * @param targetName empty for a client that only asks which targets there are
 * @param tsih number of the session
 * @param remoteAddresses one for each connection
 * @param since when it logged in
 * @param commands answered so far, errors included
 * @param bytesRead sent to it
 * @param bytesWritten taken from it
 */
public record IscsiClient(
        String initiatorName,
        String initiatorAlias,
        long isid,
        String targetName,
        int tsih,
        List<String> remoteAddresses,
        Instant since,
        long commands,
        long bytesRead,
        long bytesWritten) {}

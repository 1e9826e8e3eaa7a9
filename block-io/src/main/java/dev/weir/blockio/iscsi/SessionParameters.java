package dev.weir.blockio.iscsi;

/**
 * What was agreed on for all connections of a session (RFC 7143 13).
 *
 * @param maxBurstBytes longest sequence of Data-In, and of Data-Out that an R2T asks for
 * @param firstBurstBytes most that may come unasked with one command, immediate data included
 */
record SessionParameters(
        boolean discovery,
        int maxConnections,
        boolean initialR2t,
        boolean immediateData,
        int maxBurstBytes,
        int firstBurstBytes,
        int maxOutstandingR2t) {}

package dev.weir.blockio.iscsi;

/**
 * What tells sessions apart: an I_T nexus (RFC 7143 4.4.2). There is never more than one session of
 * a name.
 *
 * @param initiator in lower case
 * @param isid 48 bits, chosen by the initiator
 * @param target empty for a discovery session
 */
record SessionName(String initiator, long isid, String target, int portalGroupTag) {}

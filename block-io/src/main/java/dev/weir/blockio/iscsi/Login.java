package dev.weir.blockio.iscsi;

import org.jspecify.annotations.Nullable;

/**
 * What a completed login asks for.
 *
 * @param target null for discovery
 * @param tsih of the session to join; 0 for a new one
 * @param cmdSn of the first command of a new session
 */
record Login(
        SessionName name,
        String alias,
        @Nullable IscsiTarget target,
        int tsih,
        int connectionId,
        int cmdSn,
        SessionParameters session,
        ConnectionParameters connection) {}

package dev.weir.db;

import java.time.Instant;
import java.util.UUID;

/**
 * A remembered export. A volume has at most one for each protocol, and no two exports of a protocol
 * share a name.
 *
 * @param name what clients ask for
 */
public record ExportRow(
        UUID id,
        UUID volumeId,
        String protocol,
        String name,
        boolean readOnly,
        Instant createdAt) {}

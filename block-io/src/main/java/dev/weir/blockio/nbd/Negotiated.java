package dev.weir.blockio.nbd;

import org.jspecify.annotations.Nullable;

/**
 * What client and server have agreed upon so far in a handshake; everything that a move to TLS must
 * forget (proto.md "NBD_OPT_STARTTLS").
 *
 * @param structuredReplies reads and block status are answered in chunks
 * @param allocationExport the export for which base:allocation was selected; null for none
 */
record Negotiated(boolean structuredReplies, @Nullable String allocationExport) {

    static final Negotiated NOTHING = new Negotiated(false, null);

    Negotiated withStructuredReplies() {
        return new Negotiated(true, allocationExport);
    }

    Negotiated withAllocationOf(@Nullable String export) {
        return new Negotiated(structuredReplies, export);
    }

    /** A selection counts only for the export that the client then chooses, by the same name. */
    boolean reportsAllocationOf(String requestedName) {
        return structuredReplies && requestedName.equals(allocationExport);
    }
}

package dev.weir.blockio.nbd;

import java.util.List;
import java.util.Set;

/** What a client asks for during the handshake (proto.md "Option types"). */
sealed interface Option {

    int EXPORT_NAME = 1;
    int ABORT = 2;
    int LIST = 3;
    int STARTTLS = 5;
    int INFO = 6;
    int GO = 7;
    int STRUCTURED_REPLY = 8;
    int LIST_META_CONTEXT = 9;
    int SET_META_CONTEXT = 10;

    /** Enters transmission; the one option without an error reply. */
    record EnterExport(String name) implements Option {}

    record Abort() implements Option {}

    record ListExports() implements Option {}

    record StartTls() implements Option {}

    /**
     * INFO and GO.
     *
     * @param wanted information types beyond the size and flags, unknown ones included
     * @param enter whether transmission follows
     */
    record DescribeExport(String name, Set<Integer> wanted, boolean enter) implements Option {}

    record UseStructuredReplies() implements Option {}

    /**
     * LIST_META_CONTEXT and SET_META_CONTEXT.
     *
     * @param select whether the contexts are chosen, or only listed
     */
    record MetaContexts(String export, List<String> queries, boolean select) implements Option {}

    /** Not a request that this server fulfils; {@code error} is the type of the reply. */
    record Refused(int error, String reason) implements Option {}
}

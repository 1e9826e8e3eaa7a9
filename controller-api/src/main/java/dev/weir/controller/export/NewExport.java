package dev.weir.controller.export;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** How a client wants a volume to be offered. */
@Schema(requiredProperties = {"protocol"})
record NewExport(
        @Schema(description = "nbd", example = "nbd") @Nullable String protocol,
        @Schema(description = "Whether clients may only read", defaultValue = "false")
                @Nullable Boolean readOnly) {
    static final String NBD = "nbd";
    private static final String ISCSI = "iscsi";

    /** The protocol, if it is one that Weir serves. */
    String checkedProtocol() {
        if (protocol == null) {
            throw Problems.missing("protocol");
        }
        return switch (protocol) {
            case NBD -> NBD;
            case ISCSI ->
                    throw new Problem(
                                    ProblemType.NOT_AVAILABLE_YET,
                                    "Exports over iSCSI are not available yet.",
                                    "This version serves NBD only.",
                                    "Use the protocol nbd.")
                            .with("protocol", ISCSI)
                            .exception();
            default ->
                    throw Problems.invalid(
                            "protocol", "There is no such protocol.", "Use the protocol nbd.");
        };
    }

    boolean isReadOnly() {
        return Boolean.TRUE.equals(readOnly);
    }
}

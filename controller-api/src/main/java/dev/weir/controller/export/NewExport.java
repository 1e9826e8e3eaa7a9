package dev.weir.controller.export;

import dev.weir.blockio.iscsi.ChapCredentials;
import dev.weir.controller.json.ByteSize;
import dev.weir.controller.pool.Names;
import dev.weir.controller.problem.Problems;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a client wants a volume to be offered. */
@Schema(requiredProperties = {"protocol"})
record NewExport(
        @Schema(description = "nbd or iscsi", example = "nbd") @Nullable String protocol,
        @Schema(description = "Whether clients may only read", defaultValue = "false")
                @Nullable Boolean readOnly,
        @Schema(
                        description =
                                "iSCSI: the last part of the target's name; without it, the volume's name."
                                        + " Exports with the same one share a target, and who may log in"
                                        + " is said with the first",
                        example = "db01")
                @Nullable String target,
        @Schema(
                        description =
                                "iSCSI: the number in the target, 0 to 255; without it, the first that is free")
                @Nullable Integer lun,
        @Schema(description = "iSCSI: logical block, 512 or 4096 bytes", defaultValue = "512")
                @Nullable ByteSize blockSize,
        @Schema(description = "iSCSI: names of the initiators that may log in; none means any")
                @Nullable List<@Nullable String> initiators,
        @Schema(description = "iSCSI: what initiators must prove") @Nullable NewChap chap,
        @Schema(
                        description =
                                "iSCSI: what the target proves when asked to; with another secret than chap")
                @Nullable NewChap mutualChap) {
    static final String NBD = "nbd";
    static final String ISCSI = "iscsi";
    static final int MAX_INITIATORS = 256;
    private static final int DEFAULT_BLOCK_BYTES = 512;
    private static final int LARGE_BLOCK_BYTES = 4096;

    /** Names of initiators in lower case (RFC 7143 4.2.7). */
    private static final Pattern INITIATOR =
            Pattern.compile(
                    "(?=.{1,223}$)(?:iqn\\.[0-9]{4}-[0-9]{2}\\.[a-z0-9:._-]+|eui\\.[0-9a-f]{16}|naa\\.(?:[0-9a-f]{16}|[0-9a-f]{32}))");

    /** What an export over iSCSI is, once it can be. */
    record Iscsi(
            Optional<String> target,
            Optional<Integer> lun,
            int blockBytes,
            List<String> initiators,
            Optional<ChapCredentials> chap,
            Optional<ChapCredentials> mutualChap) {

        boolean saysWhoMayLogIn() {
            return !initiators.isEmpty() || chap.isPresent() || mutualChap.isPresent();
        }
    }

    /** The protocol, if it is one that Weir serves. */
    String checkedProtocol() {
        if (protocol == null) {
            throw Problems.missing("protocol");
        }
        return switch (protocol) {
            case NBD -> {
                requireAbsent("target", target);
                requireAbsent("lun", lun);
                requireAbsent("blockSize", blockSize);
                requireAbsent("initiators", initiators);
                requireAbsent("chap", chap);
                requireAbsent("mutualChap", mutualChap);
                yield NBD;
            }
            case ISCSI -> ISCSI;
            default ->
                    throw Problems.invalid(
                            "protocol",
                            "There is no such protocol.",
                            "Use the protocol nbd or iscsi.");
        };
    }

    boolean isReadOnly() {
        return Boolean.TRUE.equals(readOnly);
    }

    /** The fields that only iSCSI has. */
    Iscsi checkedIscsi() {
        var proof = Optional.ofNullable(chap).map(given -> given.checked("chap"));
        var mutual = Optional.ofNullable(mutualChap).map(given -> given.checked("mutualChap"));
        if (mutual.isPresent()
                && (proof.isEmpty() || proof.get().secret().equals(mutual.get().secret()))) {
            throw Problems.invalid(
                    "mutualChap",
                    "Mutual CHAP is not possible like this.",
                    "Give chap too, with another secret.");
        }
        return new Iscsi(
                Optional.ofNullable(target).map(name -> Names.check("target", name)),
                Optional.ofNullable(lun),
                checkedBlock(),
                checkedInitiators(),
                proof,
                mutual);
    }

    private int checkedBlock() {
        if (blockSize == null) {
            return DEFAULT_BLOCK_BYTES;
        }
        if (blockSize.bytes() != DEFAULT_BLOCK_BYTES && blockSize.bytes() != LARGE_BLOCK_BYTES) {
            throw Problems.invalid(
                    "blockSize",
                    "A logical block of %s is not possible.".formatted(blockSize.inWords()),
                    "Use 512 or 4096.");
        }
        return (int) blockSize.bytes();
    }

    private List<String> checkedInitiators() {
        if (initiators == null) {
            return List.of();
        }
        if (initiators.size() > MAX_INITIATORS) {
            throw Problems.invalid(
                    "initiators",
                    "%d initiators are not possible.".formatted(initiators.size()),
                    "Name at most %d.".formatted(MAX_INITIATORS));
        }
        return initiators.stream().map(NewExport::checkedInitiator).distinct().toList();
    }

    private static String checkedInitiator(@Nullable String name) {
        var lower = name == null ? "" : name.toLowerCase(Locale.ROOT);
        if (!INITIATOR.matcher(lower).matches()) {
            throw Problems.invalid(
                    "initiators",
                    "This is not the name of an initiator.",
                    "Use names such as iqn.1993-08.org.debian:01:abc, eui. or naa. and hexadecimal digits.");
        }
        return lower;
    }

    private static void requireAbsent(String field, @Nullable Object value) {
        if (value != null) {
            throw Problems.invalid(
                    field,
                    "The field %s is for iSCSI only.".formatted(field),
                    "Leave it out, or use the protocol iscsi.");
        }
    }
}

package dev.weir.controller.export;

import dev.weir.blockio.iscsi.ChapCredentials;
import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.Problems;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.IscsiExportRow;
import dev.weir.db.IscsiExportStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Finds the target and the LUN for a new export over iSCSI. A target comes into being with its
 * first export, which says who may log in; further exports may join it and are reached by the same
 * initiators. Called by one thread at a time.
 */
@Component
class TargetPlaces {
    private static final int MAX_LUN = 255;

    private final IscsiExportStore exports;
    private final DataDirectory directory;

    TargetPlaces(IscsiExportStore exports, DataDirectory directory) {
        this.exports = exports;
        this.directory = directory;
    }

    /**
     * Where the export goes.
     *
     * @param volume whose name the target has, unless the request names one
     */
    IscsiExportRow place(UUID export, String volume, NewExport.Iscsi wanted) {
        var target = wanted.target().orElse(volume);
        var others = exports.byTarget(target);
        return others.isEmpty()
                ? first(export, target, wanted)
                : joining(export, target, others, wanted);
    }

    private IscsiExportRow first(UUID export, String target, NewExport.Iscsi wanted) {
        return new IscsiExportRow(
                export,
                target,
                checked(wanted.lun().orElse(0)),
                wanted.blockBytes(),
                wanted.initiators(),
                wanted.chap().map(this::sealed),
                wanted.mutualChap().map(this::sealed));
    }

    private IscsiExportRow joining(
            UUID export, String target, List<IscsiExportRow> others, NewExport.Iscsi wanted) {
        if (wanted.target().isEmpty()) {
            throw taken(
                    "target",
                    "There is a target %s for other volumes.".formatted(target),
                    "Name the target to join it, or name another one.");
        }
        if (wanted.saysWhoMayLogIn()) {
            throw Problems.invalid(
                    "target",
                    "Who may log in to the target %s is known already.".formatted(target),
                    "Leave out initiators, chap and mutualChap, or name another target.");
        }
        var access = others.getFirst();
        return new IscsiExportRow(
                export,
                target,
                free(target, others, wanted.lun()),
                wanted.blockBytes(),
                access.initiators(),
                access.chap(),
                access.mutualChap());
    }

    private static int free(String target, List<IscsiExportRow> others, Optional<Integer> wanted) {
        var used = others.stream().map(IscsiExportRow::lun).toList();
        if (wanted.isPresent()) {
            if (used.contains(wanted.get())) {
                throw taken(
                        "lun",
                        "LUN %d of the target %s is in use.".formatted(wanted.get(), target),
                        "Name another LUN, or none to get one that is free.");
            }
            return checked(wanted.get());
        }
        int lun = 0;
        while (used.contains(lun)) {
            lun++;
        }
        return checked(lun);
    }

    private static int checked(int lun) {
        if (lun < 0 || lun > MAX_LUN) {
            throw Problems.invalid(
                    "lun",
                    "A target has LUNs 0 to %d, not %d.".formatted(MAX_LUN, lun),
                    "Use a smaller number, or another target.");
        }
        return lun;
    }

    private static RuntimeException taken(String field, String detail, String correction) {
        return new Problem(
                        ProblemType.LUN_TAKEN,
                        detail,
                        "A LUN of a target leads to one volume.",
                        correction)
                .with("field", field)
                .exception();
    }

    private IscsiExportRow.Credentials sealed(ChapCredentials credentials) {
        return new IscsiExportRow.Credentials(
                credentials.user(), directory.secrets().seal(credentials.secret()));
    }
}

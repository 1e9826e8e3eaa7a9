package dev.weir.controller.export;

import dev.weir.db.ExportRow;
import dev.weir.db.IscsiExportRow;
import dev.weir.db.IscsiExportRow.Credentials;
import dev.weir.db.IscsiExportStore;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Joins what is remembered of exports with who is connected now. */
@Component
class ExportViews {
    private final IscsiExportStore iscsiExports;
    private final ExportPublication publication;
    private final NbdEndpoint nbd;
    private final IscsiEndpoint iscsi;
    private final ExportUris uris;

    ExportViews(
            IscsiExportStore iscsiExports,
            ExportPublication publication,
            NbdEndpoint nbd,
            IscsiEndpoint iscsi,
            ExportUris uris) {
        this.iscsiExports = iscsiExports;
        this.publication = publication;
        this.nbd = nbd;
        this.iscsi = iscsi;
        this.uris = uris;
    }

    ExportView view(ExportRow export) {
        var row =
                ExportPublication.isIscsi(export)
                        ? iscsiExports.byExport(export.id())
                        : Optional.<IscsiExportRow>empty();
        return new ExportView(
                export.id(),
                export.name(),
                export.protocol(),
                uris.uri(export),
                export.readOnly(),
                publication.isPublished(export)
                        ? ExportView.State.ONLINE
                        : ExportView.State.OFFLINE,
                row.map(IscsiTargets::name).orElse(null),
                row.map(IscsiExportRow::lun).orElse(null),
                row.map(IscsiExportRow::blockBytes).orElse(null),
                row.map(IscsiExportRow::initiators).orElse(null),
                user(row.flatMap(IscsiExportRow::chap)),
                user(row.flatMap(IscsiExportRow::mutualChap)),
                row.map(this::sessions).orElseGet(() -> connections(export)),
                export.createdAt());
    }

    private static @Nullable String user(Optional<Credentials> credentials) {
        return credentials.map(Credentials::user).orElse(null);
    }

    private List<ExportView.ClientView> sessions(IscsiExportRow export) {
        var name = IscsiTargets.name(export);
        return iscsi.clients().stream()
                .filter(client -> client.targetName().equals(name))
                .map(ExportView.ClientView::of)
                .toList();
    }

    private List<ExportView.ClientView> connections(ExportRow export) {
        return nbd.clients().stream()
                .filter(client -> client.exportName().equals(export.name()))
                .map(ExportView.ClientView::of)
                .toList();
    }
}

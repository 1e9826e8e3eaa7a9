package dev.weir.controller.export;

import dev.weir.db.ExportRow;
import dev.weir.engine.Volume;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Lets clients have exports, and takes them away again. Usable from any thread. */
@Component
public class ExportPublication {
    private final PublishedExports nbdExports;
    private final NbdEndpoint nbd;
    private final IscsiTargets iscsiTargets;
    private final IscsiEndpoint iscsi;

    ExportPublication(
            PublishedExports nbdExports,
            NbdEndpoint nbd,
            IscsiTargets iscsiTargets,
            IscsiEndpoint iscsi) {
        this.nbdExports = nbdExports;
        this.nbd = nbd;
        this.iscsiTargets = iscsiTargets;
        this.iscsi = iscsi;
    }

    public void publish(ExportRow export, Volume volume) {
        if (isIscsi(export)) {
            iscsiTargets.publish(export, volume);
        } else {
            nbdExports.publish(export, volume);
        }
    }

    /** When this returns no client uses the volume any more through this export. */
    public void withdraw(ExportRow export) {
        if (isIscsi(export)) {
            iscsiTargets
                    .withdraw(export.id())
                    .ifPresent(withdrawn -> {
                        withdrawn.target().ifPresent(iscsi::disconnect);
                        withdrawn.close();
                    });
        } else {
            nbdExports.withdraw(export.name());
            nbd.disconnect(export.name());
        }
    }

    /** Tells the initiators of all volumes of a pool; NBD has no words for it. */
    public void softThresholdReached(UUID poolId) {
        iscsiTargets.softThresholdReached(poolId);
    }

    boolean isPublished(ExportRow export) {
        return isIscsi(export)
                ? iscsiTargets.isPublished(export.id())
                : nbdExports.find(export.name()).isPresent();
    }

    static boolean isIscsi(ExportRow export) {
        return export.protocol().equals(NewExport.ISCSI);
    }
}

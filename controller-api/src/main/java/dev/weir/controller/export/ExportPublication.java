package dev.weir.controller.export;

import dev.weir.db.ExportRow;
import dev.weir.engine.Volume;
import org.springframework.stereotype.Component;

/** Lets clients have exports, and takes them away again. Usable from any thread. */
@Component
public class ExportPublication {
    private final PublishedExports published;
    private final NbdEndpoint nbd;

    ExportPublication(PublishedExports published, NbdEndpoint nbd) {
        this.published = published;
        this.nbd = nbd;
    }

    public void publish(ExportRow export, Volume volume) {
        published.publish(export, volume);
    }

    /** When this returns no client uses the volume any more through this export. */
    public void withdraw(ExportRow export) {
        published.withdraw(export.name());
        nbd.disconnect(export.name());
    }
}

package dev.weir.blockio.nbd;

import java.util.List;
import java.util.Optional;

/**
 * Finds exports by name. Asked from connection threads, once per request of a client for an export,
 * so that exports may come and go while the server runs.
 */
public interface NbdExportDirectory {

    /**
     * The export of this name; the empty name means the default export, which a directory need not
     * have.
     */
    Optional<NbdExport> find(String name);

    /** All exports that a client may see. */
    List<NbdExport> list();
}

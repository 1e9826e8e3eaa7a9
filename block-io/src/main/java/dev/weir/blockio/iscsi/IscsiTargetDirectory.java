package dev.weir.blockio.iscsi;

import java.util.List;
import java.util.Optional;

/**
 * Finds targets by name. Asked from connection threads at each login and discovery, so that targets
 * may come and go while the server runs.
 */
public interface IscsiTargetDirectory {

    /** The target of this name, which is in lower case. */
    Optional<IscsiTarget> find(String name);

    /** All targets; clients are shown those that they may log in to. */
    List<IscsiTarget> list();
}

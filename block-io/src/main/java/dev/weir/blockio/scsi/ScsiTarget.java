package dev.weir.blockio.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A SCSI target device: numbered logical units, and the initiators attached to it. Thread-safe. */
public final class ScsiTarget implements AutoCloseable {
    private final ScsiTargetConfig config;
    private final Map<Integer, LogicalUnit> units = new TreeMap<>();
    private final List<Nexus> nexuses = new ArrayList<>();

    public ScsiTarget(ScsiTargetConfig config) {
        this.config = config;
    }

    public ScsiTargetConfig config() {
        return config;
    }

    /** Gives the logical unit a number, 0..255, and tells the initiators of the others. */
    public synchronized void add(int lun, LogicalUnit unit) {
        if (lun < 0 || lun > LunAddress.MAX_LUN) {
            throw new IllegalArgumentException("LUN " + lun + " is not in 0..255");
        }
        if (units.putIfAbsent(lun, unit) != null) {
            throw new IllegalArgumentException("LUN " + lun + " is in use");
        }
        inventoryChanged();
        nexuses.forEach(nexus -> connect(nexus, lun, unit));
    }

    /** Takes the logical unit away; when it returns no task touches its device any more. */
    public LogicalUnit remove(int lun) {
        LogicalUnit unit;
        List<ItlNexus> gone = new ArrayList<>();
        synchronized (this) {
            unit = units.remove(lun);
            if (unit == null) {
                throw new IllegalArgumentException("there is no LUN " + lun);
            }
            for (Nexus nexus : nexuses) {
                ItlNexus path = nexus.find(LunAddress.encode(lun));
                if (path != null) {
                    nexus.route(lun, null);
                    unit.remove(path);
                    gone.add(path);
                }
            }
            inventoryChanged();
        }
        for (ItlNexus path : gone) {
            path.nexus().abortTasks(unit, null, _ -> true);
        }
        gone.forEach(path -> path.nexus().awaitNoneRunning(unit));
        return unit;
    }

    /** Attaches an initiator; its first command to each logical unit learns of it (29/00). */
    public synchronized Nexus attach(InitiatorPort initiator, TargetPort port) {
        Nexus nexus = new Nexus(this, initiator, port);
        nexuses.add(nexus);
        units.forEach((lun, unit) -> connect(nexus, lun, unit));
        return nexus;
    }

    /** Resets every logical unit; after a COLD one the transport ends the sessions as well. */
    public void reset(TargetReset kind) {
        List<LogicalUnit> all;
        synchronized (this) {
            all = List.copyOf(units.values());
        }
        all.forEach(unit -> unit.reset(null));
    }

    /** Detaches everybody; the logical units live on. */
    @Override
    public void close() {
        List<Nexus> all;
        synchronized (this) {
            all = List.copyOf(nexuses);
        }
        all.forEach(Nexus::close);
    }

    void detach(Nexus nexus) {
        List<ItlNexus> paths;
        synchronized (this) {
            if (!nexuses.remove(nexus)) {
                return;
            }
            paths = nexus.paths();
            paths.forEach(path -> nexus.route(path.lun(), null));
        }
        for (ItlNexus path : paths) {
            path.unit().remove(path);
            nexus.abortTasks(path.unit(), nexus, _ -> true);
            path.unit().medium().drain();
        }
    }

    private static void connect(Nexus nexus, int lun, LogicalUnit unit) {
        ItlNexus path = new ItlNexus(nexus, lun, unit);
        unit.add(path);
        nexus.route(lun, path);
    }

    private void inventoryChanged() {
        for (Nexus nexus : nexuses) {
            nexus.paths().forEach(path -> path.raise(UnitAttention.REPORTED_LUNS_CHANGED));
        }
    }
}

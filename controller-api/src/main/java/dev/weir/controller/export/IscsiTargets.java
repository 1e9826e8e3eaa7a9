package dev.weir.controller.export;

import dev.weir.blockio.iscsi.ChapCredentials;
import dev.weir.blockio.iscsi.IscsiAccess;
import dev.weir.blockio.iscsi.IscsiTarget;
import dev.weir.blockio.iscsi.IscsiTargetDirectory;
import dev.weir.blockio.scsi.LbaResources;
import dev.weir.blockio.scsi.LogicalUnit;
import dev.weir.blockio.scsi.LogicalUnitConfig;
import dev.weir.blockio.scsi.ScsiTarget;
import dev.weir.blockio.scsi.ScsiTargetConfig;
import dev.weir.blockio.scsi.TargetPort;
import dev.weir.blockio.scsi.UnitAttention;
import dev.weir.controller.pool.OpenPools;
import dev.weir.controller.pool.PoolFill;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.ExportRow;
import dev.weir.db.IscsiExportRow;
import dev.weir.db.IscsiExportRow.Credentials;
import dev.weir.db.IscsiExportStore;
import dev.weir.db.PersistentReservationStore;
import dev.weir.engine.Volume;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What iSCSI initiators can log in to now: targets, each with the volumes of one or more exports as
 * LUNs. A target is there for as long as it has one. Usable from any thread.
 */
@Component
class IscsiTargets implements IscsiTargetDirectory {
    private static final String PREFIX = "iqn.2026-11.dev.weir:";
    static final int PORTAL_GROUP = 1;
    private static final long NAA_REGISTERED_EXTENDED = 6L << 60;
    private static final Logger LOG = LoggerFactory.getLogger(IscsiTargets.class);

    private final DataDirectory directory;
    private final IscsiExportStore exports;
    private final PersistentReservationStore reservations;
    private final OpenPools pools;
    private final Map<String, IscsiTarget> byName = new ConcurrentHashMap<>();

    /** By export. */
    private final Map<UUID, Published> published = new ConcurrentHashMap<>();

    IscsiTargets(
            DataDirectory directory,
            IscsiExportStore exports,
            PersistentReservationStore reservations,
            OpenPools pools) {
        this.directory = directory;
        this.exports = exports;
        this.reservations = reservations;
        this.pools = pools;
    }

    /** A LUN that no new session finds any more. */
    interface Withdrawn {

        /** The target that went with its last LUN; its sessions are to be ended. */
        Optional<String> target();

        /** Takes the volume out of the target; on return nobody uses it any more. */
        void close();
    }

    private record Published(IscsiTarget target, int lun, LogicalUnit unit, @Nullable UUID pool) {}

    static String name(IscsiExportRow export) {
        return PREFIX + export.target();
    }

    /** An export whose secrets cannot be read is not published: it must not be open to anybody. */
    synchronized void publish(ExportRow export, Volume volume) {
        var row = exports.byExport(export.id()).orElseThrow();
        var access = access(row);
        if (access.isEmpty()) {
            LOG.error(
                    "Export {} is offline: its secrets cannot be read with the key of the data directory",
                    name(row));
            return;
        }
        var pool = pools.of(volume).orElse(null);
        var unit =
                new LogicalUnit(
                        config(export, volume.id(), row.blockBytes()),
                        volume,
                        new VolumeReservations(volume.id(), reservations, directory),
                        () -> pool == null ? null : resources(PoolFill.of(pool)));
        var target = byName.computeIfAbsent(name(row), name -> target(name, access.get()));
        target.scsi().add(row.lun(), unit);
        published.put(
                export.id(),
                new Published(target, row.lun(), unit, pool == null ? null : pool.spec().id()));
    }

    /** Tells the initiators of all targets with a volume in this pool. */
    void softThresholdReached(UUID poolId) {
        for (var lun : published.values()) {
            if (poolId.equals(lun.pool())) {
                lun.unit().raise(UnitAttention.THIN_PROVISIONING_SOFT_THRESHOLD);
            }
        }
    }

    private static IscsiTarget target(String name, IscsiAccess access) {
        var port = new TargetPort(name, 1, PORTAL_GROUP);
        return new IscsiTarget(name, new ScsiTarget(ScsiTargetConfig.of(port)), access);
    }

    /** Lets nobody log in any more to a target that has no other LUN; sessions go on for now. */
    synchronized Optional<Withdrawn> withdraw(UUID export) {
        return Optional.ofNullable(published.remove(export)).map(this::withdraw);
    }

    private Withdrawn withdraw(Published gone) {
        var name = gone.target().name();
        boolean last =
                published.values().stream().noneMatch(other -> other.target().name().equals(name));
        if (last) {
            byName.remove(name);
        }
        return new Withdrawn() {
            @Override
            public Optional<String> target() {
                return last ? Optional.of(name) : Optional.empty();
            }

            @Override
            public void close() {
                gone.target().scsi().remove(gone.lun());
                if (last) {
                    gone.target().scsi().close();
                }
                gone.unit().close();
            }
        };
    }

    /** Target and LUN of an export, published or not, as an iSCSI URL names them. */
    String path(UUID export) {
        var here = published.get(export);
        if (here != null) {
            return "%s/%d".formatted(here.target().name(), here.lun());
        }
        return exports.byExport(export)
                .map(row -> "%s/%d".formatted(name(row), row.lun()))
                .orElseThrow();
    }

    boolean isPublished(UUID export) {
        return published.containsKey(export);
    }

    @Override
    public Optional<IscsiTarget> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public List<IscsiTarget> list() {
        return byName.values().stream().sorted(Comparator.comparing(IscsiTarget::name)).toList();
    }

    private static LbaResources resources(PoolFill fill) {
        return new LbaResources(
                fill.extentBytes(), fill.freeBytes(), fill.usedBytes(), fill.softThresholdBytes());
    }

    private Optional<IscsiAccess> access(IscsiExportRow row) {
        var chap = row.chap().flatMap(this::opened);
        var mutual = row.mutualChap().flatMap(this::opened);
        return chap.isPresent() == row.chap().isPresent()
                        && mutual.isPresent() == row.mutualChap().isPresent()
                ? Optional.of(
                        new IscsiAccess(
                                Set.copyOf(row.initiators()),
                                chap,
                                mutual,
                                IscsiAccess.DEFAULT_MAX_SESSIONS))
                : Optional.empty();
    }

    private Optional<ChapCredentials> opened(Credentials credentials) {
        return directory
                .secrets()
                .open(credentials.sealedSecret())
                .map(secret -> new ChapCredentials(credentials.user(), secret));
    }

    private static LogicalUnitConfig config(ExportRow export, UUID volume, int blockBytes) {
        return new LogicalUnitConfig(
                "WEIR",
                "VOLUME",
                "0001",
                volume.toString(),
                NAA_REGISTERED_EXTENDED | (volume.getMostSignificantBits() >>> 4),
                volume.getLeastSignificantBits(),
                blockBytes,
                export.readOnly(),
                true,
                false);
    }
}

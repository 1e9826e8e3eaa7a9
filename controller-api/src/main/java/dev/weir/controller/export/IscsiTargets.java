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
 * What iSCSI initiators can log in to now: a target for each export, with its volume as LUN 0.
 * Usable from any thread; publishing and withdrawing one export come one after the other.
 */
@Component
class IscsiTargets implements IscsiTargetDirectory {
    static final int LUN = 0;
    private static final String PREFIX = "iqn.2026-11.dev.weir:";
    static final int PORTAL_GROUP = 1;
    private static final long NAA_REGISTERED_EXTENDED = 6L << 60;
    private static final Logger LOG = LoggerFactory.getLogger(IscsiTargets.class);

    private final DataDirectory directory;
    private final IscsiExportStore exports;
    private final PersistentReservationStore reservations;
    private final OpenPools pools;
    private final Map<String, Published> byName = new ConcurrentHashMap<>();

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

    /** A target that nobody can log in to any more. */
    @FunctionalInterface
    interface Withdrawn {
        /** Takes the volume out of it; to be called when its sessions have ended. */
        void close();
    }

    private record Published(IscsiTarget target, LogicalUnit unit, @Nullable UUID pool) {}

    static String name(ExportRow export) {
        return PREFIX + export.name();
    }

    /** An export whose secrets cannot be read is not published: it must not be open to anybody. */
    void publish(ExportRow export, Volume volume) {
        var access = exports.byExport(export.id()).flatMap(this::access);
        if (access.isEmpty()) {
            LOG.error(
                    "Export {} is offline: its secrets cannot be read with the key of the data directory",
                    name(export));
            return;
        }
        var block = exports.byExport(export.id()).orElseThrow().blockBytes();
        var name = name(export);
        var pool = pools.of(volume).orElse(null);
        var unit =
                new LogicalUnit(
                        config(export, volume.id(), block),
                        volume,
                        new VolumeReservations(volume.id(), reservations, directory),
                        () -> pool == null ? null : resources(PoolFill.of(pool)));
        var scsi = new ScsiTarget(ScsiTargetConfig.of(new TargetPort(name, 1, PORTAL_GROUP)));
        scsi.add(LUN, unit);
        byName.put(
                name,
                new Published(
                        new IscsiTarget(name, scsi, access.get()),
                        unit,
                        pool == null ? null : pool.spec().id()));
    }

    /** Tells the initiators of all targets whose volume is in this pool. */
    void softThresholdReached(UUID poolId) {
        for (var published : byName.values()) {
            if (poolId.equals(published.pool())) {
                published.unit().raise(UnitAttention.THIN_PROVISIONING_SOFT_THRESHOLD);
            }
        }
    }

    /** Lets nobody log in any more; sessions go on until they are ended. */
    Optional<Withdrawn> withdraw(String name) {
        return Optional.ofNullable(byName.remove(name))
                .map(published ->
                        () -> {
                            published.target().scsi().remove(LUN);
                            published.target().scsi().close();
                            published.unit().close();
                        });
    }

    @Override
    public Optional<IscsiTarget> find(String name) {
        return Optional.ofNullable(byName.get(name)).map(Published::target);
    }

    @Override
    public List<IscsiTarget> list() {
        return byName.values().stream()
                .map(Published::target)
                .sorted(Comparator.comparing(IscsiTarget::name))
                .toList();
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

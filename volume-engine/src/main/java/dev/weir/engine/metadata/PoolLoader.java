package dev.weir.engine.metadata;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.PoolIdentity;
import dev.weir.engine.metadata.DeviceRows.Mirror;
import dev.weir.engine.metadata.PagedTable.Home;
import dev.weir.engine.metadata.Superblock.DeviceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a pool up from its devices: newest superblock, tables as of its checkpoint, then the
 * journal, then a checkpoint of its own that starts a new incarnation.
 */
public final class PoolLoader {
    private static final int METADATA_HOMES = 2;

    private final List<String> damage = new ArrayList<>();
    private final Map<UUID, AttachedDevice> attached = new HashMap<>();
    private final Superblock newest;
    private final Members members = new Members();

    /** Tables that hold memory, should loading fail. */
    private final List<PagedTable> opened = new ArrayList<>();

    /**
     * A pool that was brought up.
     *
     * @param checkpoint number of the checkpoint that it started from
     * @param replayed journal records applied after that
     * @param damage one sentence for each thing that is not as it was written
     */
    public record Loaded(
            MetadataStore store, long checkpoint, long replayed, List<String> damage) {}

    private PoolLoader(List<AttachedDevice> devices) throws StorageException {
        Superblock best = null;
        for (AttachedDevice device : devices) {
            Optional<Superblock> found = Superblock.read(device.device());
            if (found.isEmpty()) {
                damage.add(device.path() + " holds no intact superblock of a pool");
                continue;
            }
            Superblock superblock = found.get();
            if (best != null && !best.poolId().equals(superblock.poolId())) {
                throw new StorageException(
                        new StorageFailure.Invalid(
                                device.path()
                                        + " belongs to the pool "
                                        + superblock.name()
                                        + ", not to "
                                        + best.name()));
            }
            attached.put(superblock.deviceId(), device);
            if (best == null || superblock.sequence() > best.sequence()) {
                best = superblock;
            }
        }
        if (best == null) {
            throw new StorageException(new StorageFailure.Corrupt(String.join("; ", damage)));
        }
        this.newest = best;
    }

    /** Reads only which pool a device belongs to. */
    public static Optional<PoolIdentity> identify(BlockDevice device) throws StorageException {
        return Superblock.read(device)
                .map(found ->
                        new PoolIdentity(
                                found.poolId(), found.name(), found.deviceId(), found.index()));
    }

    /** Opens a pool from all of its devices that are there. */
    public static Loaded load(List<AttachedDevice> devices) throws StorageException {
        return new PoolLoader(devices).load();
    }

    private Loaded load() throws StorageException {
        for (int i = 0; i < newest.devices().size(); i++) {
            members.add(member(i, newest.devices().get(i)));
        }
        for (AttachedDevice stranger : attached.values()) {
            damage.add(stranger.path() + " was about to be added to the pool, but never was");
            stranger.device().close();
        }
        boolean loaded = false;
        try {
            Loaded result = loadTables();
            loaded = true;
            return result;
        } finally {
            if (!loaded) {
                opened.forEach(PagedTable::close);
            }
        }
    }

    private Loaded loadTables() throws StorageException {
        List<Member> sources = metadataSources();
        List<Member> homes = metadataHomes(sources);
        Catalog catalog = catalog(sources, homes);
        Map<Integer, Mirror> mirrors = mirrors();
        List<@Nullable SlotTable> tables = new ArrayList<>();
        for (Member member : members.all()) {
            tables.add(slotTable(member, mirrors.get(member.index())));
        }
        JournalCodec codec = new JournalCodec(newest.poolId());
        Journal journal =
                new Journal(
                        codec, newest.shape().journalBytes(), homes, newest.incarnation() + 1, 0);
        MetadataStore store = new MetadataStore(newest, members, journal, catalog, tables, mirrors);
        long replayed = replay(store, codec, sources);
        store.checkpoint();
        return new Loaded(store, newest.sequence(), replayed, damage);
    }

    private Member member(int index, DeviceRow row) {
        DeviceLayout layout = DeviceLayout.of(row.sizeBytes(), newest.shape());
        Geometry geometry = newest.shape().geometry();
        AttachedDevice here = attached.remove(row.id());
        if (here == null) {
            damage.add("device " + index + " (" + row.id() + ") is missing");
            return new Member(
                    index, row.id(), "device " + index, null, row.sizeBytes(), layout, geometry);
        }
        Member member =
                new Member(
                        index,
                        row.id(),
                        here.path(),
                        here.device(),
                        row.sizeBytes(),
                        layout,
                        geometry);
        if (row.stale()) {
            damage.add(member + " missed changes while it was out of service");
            member.fail("it missed changes while it was out of service");
        } else if (here.device().sizeBytes() < row.sizeBytes()) {
            damage.add(member + " is shorter than when it was formatted");
            // Without all of its metadata it holds none that could be kept up to date.
            if (here.device().sizeBytes() < layout.dataOffset()) {
                member.fail("it is shorter than when it was formatted");
            }
        }
        return member;
    }

    private List<Member> metadataSources() throws StorageException {
        List<Member> sources =
                members.all().stream()
                        .filter(member ->
                                newest.devices().get(member.index()).metadataHome()
                                        && !member.isMissing())
                        .toList();
        if (sources.isEmpty()) {
            throw new StorageException(
                    new StorageFailure.Corrupt(
                            "none of the devices that hold the catalog and the journal is present"));
        }
        return sources;
    }

    /**
     * Who holds catalog and journal from now on: those who did, and others where one of them is
     * gone.
     */
    private List<Member> metadataHomes(List<Member> sources) {
        List<Member> homes = new ArrayList<>(sources);
        homes.removeIf(home -> !home.isOnline());
        for (Member member : members.all()) {
            if (homes.size() < METADATA_HOMES && member.isOnline() && !homes.contains(member)) {
                homes.add(member);
            }
        }
        return homes;
    }

    private Catalog catalog(List<Member> sources, List<Member> homes) throws StorageException {
        PagedTable table =
                PagedTable.load(
                        "catalog",
                        VolumeEntry.BYTES,
                        newest.shape().catalogEntries(),
                        sources.stream().map(PoolLoader::catalogHome).toList(),
                        newest.catalogRoot());
        opened.add(table);
        bringUpToDate(table, homes.stream().map(PoolLoader::catalogHome).toList());
        return new Catalog(table, damage);
    }

    /**
     * Copies a table to those of its homes that hold an older state of it, or nothing; who fails at
     * that is failed.
     */
    private static void bringUpToDate(PagedTable table, List<Home> homes) {
        for (Home home : homes) {
            if (home.member().isOnline() && !table.homes().contains(home)) {
                try {
                    table.addHome(home);
                } catch (StorageException e) {
                    home.member().fail("metadata: " + e.failure().message());
                }
            }
        }
    }

    private static Home catalogHome(Member member) {
        return new Home(member, member.layout().catalogOffset());
    }

    private Map<Integer, Mirror> mirrors() {
        Map<Integer, Mirror> mirrors = new HashMap<>();
        for (int i = 0; i < newest.devices().size(); i++) {
            DeviceRow row = newest.devices().get(i);
            if (row.mirror() != Superblock.NO_MIRROR) {
                mirrors.put(i, new Mirror(row.mirror(), row.mirrorExtent()));
            }
        }
        return mirrors;
    }

    /** The slot table of a member, or null when no current copy of it is left. */
    private @Nullable SlotTable slotTable(Member member, @Nullable Mirror mirror) {
        DeviceRow row = newest.devices().get(member.index());
        if (row.stale()) {
            return null;
        }
        List<Home> homes = new ArrayList<>();
        homes.add(new Home(member, member.layout().slotTableOffset()));
        if (mirror != null) {
            homes.add(MetadataStore.mirrorHome(members.get(mirror.member()), mirror));
        }
        try {
            PagedTable table =
                    PagedTable.load(
                            "slot table " + member.index(),
                            SlotEntry.BYTES,
                            member.layout().slotEntries(),
                            homes.stream().filter(home -> !home.member().isMissing()).toList(),
                            row.slotRoot());
            opened.add(table);
            bringUpToDate(table, homes);
            return new SlotTable(table, newest.shape().geometry().slotsPerExtent());
        } catch (StorageException e) {
            damage.add(e.getMessage());
            return null;
        }
    }

    /**
     * Applies the journal of the source that holds the most of it; a member that failed early holds
     * less. A damaged journal counts only if there is no other.
     */
    private long replay(MetadataStore store, JournalCodec codec, List<Member> sources)
            throws StorageException {
        Member fullest = null;
        long most = -1;
        StorageException damaged = null;
        for (Member source : sources) {
            try {
                long count = read(codec, source, _ -> {});
                if (count > most) {
                    most = count;
                    fullest = source;
                }
            } catch (StorageException e) {
                damage.add(e.failure().message());
                damaged = e;
            }
        }
        if (fullest == null) {
            throw damaged != null
                    ? damaged
                    : new StorageException(new StorageFailure.Corrupt("no journal is left"));
        }
        return read(codec, fullest, record -> store.replay(record, damage));
    }

    private long read(JournalCodec codec, Member source, Consumer<JournalRecord> consumer)
            throws StorageException {
        try (JournalReader reader =
                new JournalReader(
                        source,
                        codec,
                        newest.shape().journalBytes(),
                        newest.journalStart(),
                        newest.incarnation())) {
            return reader.read(consumer);
        }
    }
}

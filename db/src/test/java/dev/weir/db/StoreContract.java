package dev.weir.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the stores promise, on whatever database; one subclass for each. */
@SpringBootTest(
        classes = StoreContract.Application.class,
        properties = {
            "spring.jpa.hibernate.ddl-auto=validate",
            "spring.main.banner-mode=off",
            "logging.level.root=warn"
        })
abstract class StoreContract {
    private static final Instant NOW = Instant.parse("2026-11-22T10:15:30.123456Z");

    @Autowired PoolStore pools;
    @Autowired VolumeStore volumes;
    @Autowired ExportStore exports;
    @Autowired IscsiExportStore iscsiExports;
    @Autowired PersistentReservationStore reservations;
    @Autowired ExtentStore extents;
    @Autowired JobStore jobs;
    @Autowired EventStore events;
    @Autowired IdempotencyStore keys;
    @Autowired JdbcTemplate sql;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(WeirDatabase.class)
    static class Application {}

    @BeforeEach
    void clear() {
        for (var table :
                List.of(
                        "exports",
                        "extents",
                        "volumes",
                        "devices",
                        "pools",
                        "jobs",
                        "events",
                        "idempotency_keys")) {
            sql.update("delete from " + table);
        }
    }

    @Test
    void shouldGiveBackAPoolAsItWasGiven() {
        var pool = pool("fast");

        pools.insert(pool);

        assertThat(pools.byName("fast")).contains(pool);
        assertThat(pools.byId(pool.id())).contains(pool);
        assertThat(pools.all()).containsExactly(pool);
    }

    @Test
    void shouldRefuseASecondPoolOfTheSameName() {
        pools.insert(pool("fast"));

        assertThat(pools.insert(pool("fast"))).isFalse();

        assertThat(pools.all()).hasSize(1);
    }

    @Test
    void shouldTellNamesApartByEveryCharacter() {
        pools.insert(pool("a.b"));

        assertThat(pools.insert(pool("a-b"))).isTrue();
        assertThat(pools.insert(pool("a_b"))).isTrue();
    }

    @Test
    void shouldRememberThatAPoolAndItsDeviceBecameOnline() {
        var pool = insertedPool("fast");
        var device = device(pool, "/x/d0");
        var identity = UUID.randomUUID();
        pools.insertDevice(device);

        pools.online(pool.id());
        pools.deviceOnline(device.id(), identity);

        assertThat(pools.byName("fast").orElseThrow().state()).isEqualTo(Lifecycle.ONLINE);
        assertThat(pools.devices(pool.id()))
                .containsExactly(
                        new DeviceRow(
                                device.id(),
                                pool.id(),
                                identity,
                                "/x/d0",
                                device.sizeBytes(),
                                Lifecycle.ONLINE,
                                NOW));
    }

    @Test
    void shouldRefuseASecondDeviceOnTheSamePathInAnyPool() {
        pools.insertDevice(device(insertedPool("fast"), "/x/d0"));

        assertThat(pools.insertDevice(device(insertedPool("slow"), "/x/d0"))).isFalse();

        assertThat(pools.allDevices()).hasSize(1);
    }

    @Test
    void shouldForgetTheDevicesAndExtentsOfADeletedPool() {
        var pool = insertedPool("fast");
        pools.insertDevice(device(pool, "/x/d0"));
        extents.replace(pool.id(), List.of(extent(1, 0)));

        pools.delete(pool.id());

        assertThat(pools.allDevices()).isEmpty();
        assertThat(extents.after(pool.id(), -1, 10)).isEmpty();
    }

    @Test
    void shouldRefuseAVolumeOfAPoolThatDoesNotExist() {
        var orphan = volume(pool("never-inserted"), "db01", 512);

        assertThatThrownBy(() -> volumes.insert(orphan))
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void shouldRefuseASecondVolumeOfTheSameNameInAnotherPool() {
        volumes.insert(volume(insertedPool("fast"), "db01", 512));

        assertThat(volumes.insert(volume(insertedPool("slow"), "db01", 512))).isFalse();

        assertThat(volumes.count()).isOne();
    }

    @Test
    void shouldRaiseTheVersionWithEachChangeOfAVolume() {
        var volume = insertedVolume("db01", 512);

        volumes.setState(List.of(volume.id()), VolumeState.ONLINE);
        volumes.update(volume.id(), "db02", 1024);

        var changed = volumes.byId(volume.id()).orElseThrow();
        assertThat(changed.name()).isEqualTo("db02");
        assertThat(changed.sizeBytes()).isEqualTo(1024);
        assertThat(changed.state()).isEqualTo(VolumeState.ONLINE);
        assertThat(changed.version()).isEqualTo(volume.version() + 2);
    }

    @Test
    void shouldNotRenameAVolumeToANameThatIsTaken() {
        var pool = insertedPool("fast");
        var volume = volume(pool, "db01", 512);
        volumes.insert(volume);
        volumes.insert(volume(pool, "db02", 512));

        assertThat(volumes.update(volume.id(), "db02", 512)).isFalse();

        assertThat(volumes.byName("db01")).isPresent();
    }

    @Test
    void shouldKeepTheLargestSize() {
        var volume = insertedVolume("huge", Long.MAX_VALUE);

        assertThat(volumes.byId(volume.id()).orElseThrow().sizeBytes()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldListVolumesAPageAtATimeInTheOrderAskedFor() {
        var pool = insertedPool("fast");
        insertedVolume("elsewhere", 1);
        for (int i = 0; i < 5; i++) {
            volumes.insert(volume(pool, "v" + i, i % 2 == 0 ? 512 : 1024));
        }

        var query = new VolumeQuery(pool.id(), VolumeQuery.Order.SIZE, false, 0, 3);
        var first = volumes.page(query);
        var second = volumes.page(new VolumeQuery(pool.id(), VolumeQuery.Order.SIZE, false, 1, 3));

        assertThat(first.totalItems()).isEqualTo(5);
        assertThat(first.items()).extracting(VolumeRow::name).containsExactly("v1", "v3", "v0");
        assertThat(second.items()).extracting(VolumeRow::name).containsExactly("v2", "v4");
    }

    @Test
    void shouldListTheVolumesOfAllPoolsByName() {
        insertedVolume("b", 512);
        insertedVolume("a", 512);

        var page = volumes.page(new VolumeQuery(null, VolumeQuery.Order.NAME, true, 0, 10));

        assertThat(page.items()).extracting(VolumeRow::name).containsExactly("a", "b");
    }

    @Test
    void shouldAllowOneExportOfAVolumeForEachProtocol() {
        var volume = insertedVolume("db01", 512);
        var export = export(volume, "nbd");
        exports.insert(export);

        assertThat(exports.insert(export(volume, "nbd"))).isFalse();
        assertThat(exports.insert(export(volume, "other"))).isTrue();
        assertThat(exports.byId(export.id())).contains(export);
        assertThat(exports.ofVolumes(List.of(volume.id()))).hasSize(2);
    }

    @Test
    void shouldForgetTheExportsOfADeletedVolume() {
        var volume = insertedVolume("db01", 512);
        exports.insert(export(volume, "nbd"));

        volumes.delete(List.of(volume.id()));

        assertThat(exports.all()).isEmpty();
    }

    @Test
    void shouldBringTheExtentsOfAPoolToWhatTheyAre() {
        var pool = insertedPool("fast");
        var kept = extent(1, 100);
        var changed = extent(2, 100);
        extents.replace(pool.id(), List.of(kept, changed, extent(3, 100)));

        var grown =
                new ExtentRow(
                        2, changed.volumeId(), changed.deviceId(), changed.offsetBytes(), 200);
        var added = extent(4, 0);
        int count = extents.replace(pool.id(), List.of(kept, grown, added));

        assertThat(count).isEqualTo(3);
        assertThat(extents.after(pool.id(), -1, 10)).containsExactly(kept, grown, added);
        assertThat(extents.after(pool.id(), 1, 1)).containsExactly(grown);
    }

    @Test
    void shouldReplaceMoreExtentsThanFitInOneBatch() {
        var pool = insertedPool("fast");
        int count = 2 * ExtentStore.BATCH_ROWS + 1;

        extents.replace(pool.id(), LongStream.range(0, count).mapToObj(i -> extent(i, 0)).toList());

        assertThat(extents.after(pool.id(), -1, Integer.MAX_VALUE)).hasSize(count);
    }

    @Test
    void shouldLeaveTheExtentsOfOtherPoolsAlone() {
        var fast = insertedPool("fast");
        var slow = insertedPool("slow");
        extents.replace(slow.id(), List.of(extent(1, 0)));

        extents.replace(fast.id(), List.of());

        assertThat(extents.after(slow.id(), -1, 10)).hasSize(1);
    }

    @Test
    void shouldMarkJobsOfAnEarlierProcessAsInterrupted() {
        var left = UUID.randomUUID();
        var done = UUID.randomUUID();
        jobs.start(left, "reconcile", "running", NOW);
        jobs.start(done, "reconcile", "running", NOW.plusSeconds(1));
        jobs.finish(done, JobState.SUCCEEDED, "done", NOW.plusSeconds(2));

        assertThat(jobs.interruptRunning(NOW.plusSeconds(3))).isOne();

        assertThat(jobs.newest(10))
                .containsExactly(
                        new JobRow(
                                done,
                                "reconcile",
                                JobState.SUCCEEDED,
                                "done",
                                NOW.plusSeconds(1),
                                NOW.plusSeconds(2)),
                        new JobRow(
                                left,
                                "reconcile",
                                JobState.INTERRUPTED,
                                "running",
                                NOW,
                                NOW.plusSeconds(3)));
    }

    @Test
    void shouldShortenWhatIsTooLongForAColumn() {
        var id = UUID.randomUUID();

        jobs.start(id, "reconcile", "x".repeat(5000), NOW);
        var event = events.append(NOW, "k", "s", "x".repeat(5000));

        assertThat(jobs.byId(id).orElseThrow().detail()).hasSize(1024);
        assertThat(event.message()).hasSize(2048);
    }

    @Test
    void shouldListEventsAfterAGivenOne() {
        var first = events.append(NOW, "volume.created", "volumes/a", "one");
        var second = events.append(NOW, "volume.created", "volumes/b", "two");
        events.append(NOW, "volume.created", "volumes/c", "three");

        assertThat(events.after(first.id(), 1)).containsExactly(second);
    }

    @Test
    void shouldKeepOnlyTheNewestEvents() {
        IntStream.range(0, 2 * EventStore.DROP_EVERY)
                .forEach(i -> events.append(NOW, "k", "s", "m"));
        var newest = events.after(0, Integer.MAX_VALUE).getLast();

        events.dropOlder(newest.id(), 10);

        assertThat(events.after(0, Integer.MAX_VALUE)).hasSize(10).contains(newest);
    }

    @Test
    void shouldGiveAKeyToOneRequestOnly() {
        var resource = UUID.randomUUID();

        assertThat(keys.begin("k", "f1", resource, NOW)).isTrue();
        assertThat(keys.begin("k", "f2", UUID.randomUUID(), NOW)).isFalse();

        assertThat(keys.find("k"))
                .contains(new IdempotencyRow("k", "f1", resource, null, null, NOW));
    }

    @Test
    void shouldKeepAnAnswerUntilItIsOld() {
        keys.begin("k", "f", UUID.randomUUID(), NOW);
        keys.complete("k", "/volumes/db01", "{\"long\":\"%s\"}".formatted("x".repeat(100_000)));

        keys.forgetOlderThan(NOW);
        var kept = keys.find("k");
        keys.forgetOlderThan(NOW.plusSeconds(1));

        assertThat(kept.orElseThrow().location()).isEqualTo("/volumes/db01");
        assertThat(keys.find("k")).isEmpty();
    }

    @Test
    void shouldFreeAKeyThatIsForgotten() {
        keys.begin("k", "f", UUID.randomUUID(), NOW);

        keys.forget("k");

        assertThat(keys.begin("k", "f", UUID.randomUUID(), NOW)).isTrue();
    }

    @Test
    void shouldGiveBackAnIscsiExportAndForgetItWithTheExport() {
        var export = export(insertedVolume("db01", 1 << 20), "iscsi");
        var row =
                new IscsiExportRow(
                        export.id(),
                        "shared",
                        7,
                        4096,
                        List.of("iqn.2026-11.test:a", "iqn.2026-11.test:b"),
                        Optional.of(new IscsiExportRow.Credentials("u", "sealed")),
                        Optional.empty());

        assertThat(iscsiExports.insert(export, row)).isTrue();

        assertThat(exports.byId(export.id())).contains(export);
        assertThat(iscsiExports.byExport(export.id())).contains(row);
        assertThat(iscsiExports.byTarget("shared")).containsExactly(row);
        exports.delete(export.id());
        assertThat(iscsiExports.byExport(export.id())).isEmpty();
    }

    @Test
    void shouldRememberAnIscsiExportWholeOrNotAtAll() {
        var volume = insertedVolume("db01", 1 << 20);
        var first = export(volume, "iscsi");
        var second = export(volume, "iscsi");
        iscsiExports.insert(first, open(first));

        assertThat(iscsiExports.insert(second, open(second))).isFalse();
        assertThat(iscsiExports.byExport(second.id())).isEmpty();

        var odd = export(insertedVolume("db02", 1 << 20), "iscsi");
        var impossible =
                new IscsiExportRow(
                        odd.id(), "odd", 0, 1024, List.of(), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> iscsiExports.insert(odd, impossible))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThat(exports.byId(odd.id())).isEmpty();
    }

    @Test
    void shouldKeepTheReservationsOfAVolumeAsLongAsTheVolume() {
        var volume = insertedVolume("db01", 1 << 20);

        assertThat(reservations.load(volume.id())).isEmpty();
        reservations.save(volume.id(), new byte[] {1});
        reservations.save(volume.id(), new byte[] {2, 3});
        assertThat(reservations.load(volume.id())).containsExactly(2, 3);
        volumes.delete(List.of(volume.id()));
        assertThat(reservations.load(volume.id())).isEmpty();
    }

    private static IscsiExportRow open(ExportRow export) {
        return new IscsiExportRow(
                export.id(), export.name(), 0, 512, List.of(), Optional.empty(), Optional.empty());
    }

    private PoolRow insertedPool(String name) {
        var pool = pool(name);
        pools.insert(pool);
        return pool;
    }

    private VolumeRow insertedVolume(String name, long sizeBytes) {
        var volume = volume(insertedPool("pool-of-" + name), name, sizeBytes);
        volumes.insert(volume);
        return volume;
    }

    private static PoolRow pool(String name) {
        return new PoolRow(UUID.randomUUID(), name, 16L << 20, 64 << 10, Lifecycle.CREATING, NOW);
    }

    private static DeviceRow device(PoolRow pool, String path) {
        return new DeviceRow(
                UUID.randomUUID(), pool.id(), null, path, 1L << 30, Lifecycle.CREATING, NOW);
    }

    private static VolumeRow volume(PoolRow pool, String name, long sizeBytes) {
        return new VolumeRow(
                UUID.randomUUID(), name, pool.id(), sizeBytes, VolumeState.CREATING, NOW, 0);
    }

    private static ExportRow export(VolumeRow volume, String protocol) {
        return new ExportRow(UUID.randomUUID(), volume.id(), protocol, volume.name(), false, NOW);
    }

    private static ExtentRow extent(long number, long mappedBytes) {
        return new ExtentRow(
                number, UUID.randomUUID(), UUID.randomUUID(), number << 24, mappedBytes);
    }
}

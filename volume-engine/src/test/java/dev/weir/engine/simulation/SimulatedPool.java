package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolDevice;
import dev.weir.engine.Volume;
import dev.weir.engine.simulation.SimulationSettings.DeviceSettings;
import dev.weir.engine.simulation.Violation.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A pool on simulated devices through all its lives, and the catalog of what should be on it. The
 * runner's thread opens, crashes and closes it; {@link #attempt} may be called from any thread.
 */
final class SimulatedPool {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final EngineUnderTest engine;
    private final SimulationSettings settings;
    private final PlantedDeviceBug bug;
    private final Random random;
    private final Counters counters;
    private final OperationLog log = new OperationLog();
    private final Catalog catalog = new Catalog();
    private List<SimulatedDevice> devices;
    private CrashPoint crashPoint = new CrashPoint(log);
    private Pool pool;
    private Runnable pause = () -> {};

    /** Devices that the next opening of the pool does without. */
    private final List<SimulatedDevice> absent = new ArrayList<>();

    /** The device whose joining is in flight, or the empty string. */
    private String joining = "";

    SimulatedPool(
            EngineUnderTest engine,
            SimulationSettings settings,
            PlantedDeviceBug bug,
            Random random,
            Counters counters)
            throws StorageException {
        this.engine = engine;
        this.settings = settings;
        this.bug = bug;
        this.random = random;
        this.counters = counters;
        log.add(settings);
        devices = new ArrayList<>();
        for (DeviceSettings device : settings.devices()) {
            devices.add(device.create(bug));
        }
        hookDevices();
        pool = engine.format(settings.spec(), attached(devices));
    }

    /** A call into the engine that may fail. */
    @FunctionalInterface
    interface Call {
        void run() throws StorageException;
    }

    SimulationSettings settings() {
        return settings;
    }

    Pool pool() {
        return pool;
    }

    Catalog catalog() {
        return catalog;
    }

    CrashPoint crashPoint() {
        return crashPoint;
    }

    Counters counters() {
        return counters;
    }

    OperationLog log() {
        return log;
    }

    List<SimulatedDevice> devices() {
        return List.copyOf(devices);
    }

    Volume volume(VolumeModel model) {
        return pool.volume(model.id())
                .orElseThrow(() -> new Violation(Promise.METADATA_WRONG, model + " is not there"));
    }

    /**
     * Does one call and returns how it failed, if it did. A call that returns once the world has
     * ended returns to nobody: it was in flight in the crash.
     */
    Optional<StorageFailure> attempt(String what, Call call) {
        counters.operations.increment();
        log.add(what);
        try {
            call.run();
            if (crashPoint.crashed()) {
                throw new SimulatedCrash(false);
            }
            return Optional.empty();
        } catch (StorageException e) {
            if (crashPoint.crashed()) {
                throw new SimulatedCrash(false);
            }
            log.add("  " + what + " failed: " + e.getMessage());
            return Optional.of(e.failure());
        } catch (Violation | SimulatedCrash e) {
            throw e;
        } catch (RuntimeException | Error e) {
            if (crashPoint.crashed()) {
                throw new SimulatedCrash(false);
            }
            throw new Violation(Promise.CALL_FAILED, what + " threw " + e, e);
        }
    }

    /** Until the next crash some operations of the devices take longer than others. */
    void unsteady() {
        pause =
                () -> {
                    if (Dice.oneIn(10, ThreadLocalRandom.current())) {
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(500_000));
                    }
                };
        hookDevices();
    }

    /** Does a round of maintenance now. */
    Optional<StorageFailure> maintain() {
        return attempt("maintenance", () -> engine.maintain(pool));
    }

    /** Formats one more device and adds it. */
    Optional<StorageFailure> addDevice() {
        DeviceSettings added = DeviceSettings.random(devices.size(), 32L << 20, random);
        SimulatedDevice device = added.create(bug);
        device.hook(crashPoint);
        devices.add(device);
        joining = device.name();
        Optional<StorageFailure> failure =
                attempt("add " + added, () -> pool.addDevice(attached(device)));
        joining = "";
        if (failure.isPresent()) {
            devices.remove(device);
        }
        return failure;
    }

    /** The end of this life: the pool is abandoned as it is, and opened again. */
    void crash(Moment moment) {
        log.add("crash: " + moment);
        pause = () -> {};
        crashPoint.crashNow();
        devices =
                new ArrayList<>(
                        switch (moment) {
                            case ALIVE -> throw new IllegalArgumentException("alive");
                            case AFTER_KILL -> killed();
                            case AFTER_POWER_LOSS -> cut();
                        });
        abandon(pool);
    }

    /** Opens the pool after a crash, with some chance of another crash while it recovers. */
    Moment reopen(Moment moment) {
        if (random.nextInt(3) != 0) {
            open();
            return moment;
        }
        renewCrashPoint();
        crashPoint.armWithin(60, random);
        try {
            pool = openAttached();
            crashPoint.disarm();
        } catch (SimulatedCrash | StorageException e) {
            if (!crashPoint.crashed()) {
                throw new Violation(Promise.CALL_FAILED, "open failed: " + e, e);
            }
            boolean power = random.nextBoolean();
            devices = new ArrayList<>(power ? cut() : killed());
            log.add("crash while opening, power lost: " + power);
            open();
            return power ? Moment.AFTER_POWER_LOSS : moment;
        }
        return moment;
    }

    /** After a crash: from now on the pool is opened without the devices of this name. */
    void detach(String name) {
        devices.stream().filter(device -> device.name().equals(name)).forEach(absent::add);
        devices.removeAll(absent);
        log.add(name + " is gone");
    }

    /** After a crash: all devices are there again. */
    void attachAll() {
        absent.forEach(device -> device.hook(crashPoint));
        devices.addAll(absent);
        absent.clear();
        log.add("all devices are back");
    }

    /** A clean end and a new begin, unless a crash comes in between; returns whether none did. */
    boolean closeAndReopen() {
        Map<UUID, Long> mapped = mappedBytes();
        try {
            attempt("close", pool::close)
                    .ifPresent(failure -> {
                        throw new Violation(
                                Promise.CALL_FAILED, "close failed: " + failure.message());
                    });
        } catch (SimulatedCrash crash) {
            return false;
        }
        counters.cleanCloses.increment();
        devices = new ArrayList<>(devices.stream().map(SimulatedDevice::processKill).toList());
        open();
        if (!pool.recovery().damage().isEmpty()) {
            throw new Violation(
                    Promise.METADATA_WRONG,
                    "damage after a clean close: " + pool.recovery().damage());
        }
        if (!mappedBytes().equals(mapped)) {
            throw new Violation(
                    Promise.METADATA_WRONG,
                    "mapped %s before a clean close, %s after".formatted(mapped, mappedBytes()));
        }
        return true;
    }

    private Map<UUID, Long> mappedBytes() {
        return pool.volumes().stream().collect(Collectors.toMap(Volume::id, Volume::mappedBytes));
    }

    /** Ends the last life. */
    void end() {
        crashPoint.crashNow();
        abandon(pool);
    }

    private void open() {
        renewCrashPoint();
        try {
            pool = openAttached();
        } catch (StorageException | RuntimeException e) {
            throw new Violation(Promise.CALL_FAILED, "open failed: " + e, e);
        }
        log.add("opened: " + pool.recovery());
    }

    /** A device that was about to join when the crash came may be in or out. */
    private Pool openAttached() throws StorageException {
        String undecided = joining;
        if (undecided.isEmpty()) {
            return engine.open(attached(devices));
        }
        List<SimulatedDevice> all = devices;
        devices = new ArrayList<>(all.stream().map(SimulatedDevice::processKill).toList());
        hookDevices();
        try {
            Pool opened = engine.open(attached(devices));
            dropStrangers(opened);
            joining = "";
            return opened;
        } catch (StorageException e) {
            log.add("  opening without " + undecided + ": " + e.getMessage());
        }
        devices = new ArrayList<>(all);
        devices.removeIf(device -> device.name().equals(undecided));
        hookDevices();
        Pool opened = engine.open(attached(devices));
        joining = "";
        if (opened.devices().stream().anyMatch(d -> d.state() == PoolDevice.State.MISSING)) {
            throw new Violation(
                    Promise.METADATA_WRONG,
                    "the pool misses " + undecided + ", which is not fit to be opened with it");
        }
        return opened;
    }

    /**
     * A device that was about to join and did not is closed by the pool and left out from now on.
     */
    private void dropStrangers(Pool opened) {
        Set<String> members =
                opened.devices().stream().map(PoolDevice::path).collect(Collectors.toSet());
        devices.removeIf(device -> !members.contains(path(device)));
    }

    private void renewCrashPoint() {
        crashPoint = new CrashPoint(log);
        hookDevices();
    }

    private void hookDevices() {
        devices.forEach(device -> {
            device.hook(crashPoint);
            device.pause(pause);
        });
    }

    private List<SimulatedDevice> killed() {
        counters.kills.increment();
        return devices.stream().map(SimulatedDevice::processKill).toList();
    }

    private List<SimulatedDevice> cut() {
        counters.powerCuts.increment();
        return devices.stream().map(device -> device.powerCut(random)).toList();
    }

    /** Lets the threads of a pool that died end; how its close ends says nothing. */
    private void abandon(Pool dead) {
        Thread closer =
                Thread.ofPlatform()
                        .daemon()
                        .unstarted(() -> {
                            try {
                                dead.close();
                            } catch (StorageException | RuntimeException | SimulatedCrash e) {
                                log.add("  abandoned: " + e);
                            }
                        });
        closer.start();
        try {
            if (!closer.join(PATIENCE)) {
                counters.stuckAfterCrash.increment();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<AttachedDevice> attached(List<SimulatedDevice> devices) {
        return devices.stream().map(SimulatedPool::attached).toList();
    }

    private static AttachedDevice attached(SimulatedDevice device) {
        return new AttachedDevice(path(device), device);
    }

    private static String path(SimulatedDevice device) {
        return "/simulated/" + device.name();
    }
}

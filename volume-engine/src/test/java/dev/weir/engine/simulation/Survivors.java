package dev.weir.engine.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Chooses what one loss of power leaves of each unsynced sector. */
final class Survivors {
    private static final int SECTORS_PER_PAGE = 4096 / SectorContent.BYTES;
    private static final int SECTORS_PER_REGION = (256 << 10) / SectorContent.BYTES;

    private enum Region {
        LOST,
        KEPT,
        MIXED
    }

    private record PageTimes(long first, long second) {}

    private final PowerLoss loss;
    private final Random random;
    private final long prefix;
    private final Map<Integer, PageTimes> pages = new HashMap<>();
    private final Map<Integer, Region> regions = new HashMap<>();

    Survivors(PowerLoss loss, Random random, long now) {
        this.loss = loss;
        this.random = random;
        this.prefix = random.nextLong(now + 1);
    }

    SectorContent choose(int sector, SectorVersions versions) {
        return switch (loss) {
            case SECTORS -> any(versions);
            case PAGES -> atPageTime(sector, versions);
            case REGIONS -> inRegion(sector, versions);
            case FEW_LOST -> Dice.oneIn(20, random) ? oldest(versions) : latest(versions);
            case FEW_KEPT -> Dice.oneIn(20, random) ? latest(versions) : oldest(versions);
            case PREFIX -> versions.contentAt(prefix);
            case EVERYTHING -> oldest(versions);
        };
    }

    private static SectorContent oldest(SectorVersions versions) {
        return versions.content(0);
    }

    private static SectorContent latest(SectorVersions versions) {
        return versions.content(versions.count() - 1);
    }

    private SectorContent any(SectorVersions versions) {
        return versions.content(random.nextInt(versions.count()));
    }

    private SectorContent atPageTime(int sector, SectorVersions versions) {
        PageTimes times =
                pages.computeIfAbsent(
                        sector / SECTORS_PER_PAGE,
                        page -> {
                            long first = anyTime(versions);
                            return new PageTimes(
                                    first, random.nextBoolean() ? first : anyTime(versions));
                        });
        return versions.contentAt(random.nextBoolean() ? times.first() : times.second());
    }

    private long anyTime(SectorVersions versions) {
        return versions.timeOf(random.nextInt(versions.count()));
    }

    private SectorContent inRegion(int sector, SectorVersions versions) {
        Region region =
                regions.computeIfAbsent(
                        sector / SECTORS_PER_REGION, number -> Dice.pick(random, Region.values()));
        return switch (region) {
            case LOST -> oldest(versions);
            case KEPT -> latest(versions);
            case MIXED -> any(versions);
        };
    }
}

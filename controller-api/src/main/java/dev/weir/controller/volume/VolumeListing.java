package dev.weir.controller.volume;

import dev.weir.controller.problem.Problems;
import dev.weir.db.VolumeQuery;
import dev.weir.db.VolumeQuery.Order;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the query parameters of a list of volumes. */
final class VolumeListing {
    static final int MAX_PAGE_SIZE = 1000;
    static final int MAX_PAGE = 1_000_000;

    private VolumeListing() {}

    /**
     * Checks a query.
     *
     * @param sort a field, and after a comma {@code asc} or {@code desc}
     */
    static VolumeQuery query(@Nullable UUID poolId, int page, int pageSize, String sort) {
        if (page < 0 || page > MAX_PAGE) {
            throw Problems.parameter(
                    "page",
                    "There is no page %d.".formatted(page),
                    "Choose a page from 0 to %d.".formatted(MAX_PAGE));
        }
        if (pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
            throw Problems.parameter(
                    "pageSize",
                    "A page of %d volumes is not possible.".formatted(pageSize),
                    "Choose a page size from 1 to %d.".formatted(MAX_PAGE_SIZE));
        }
        var parts = sort.split(",", -1);
        if (parts.length > 2) {
            throw noSuchSort();
        }
        return new VolumeQuery(
                poolId, order(parts[0]), parts.length == 1 || ascending(parts[1]), page, pageSize);
    }

    private static Order order(String field) {
        return switch (field) {
            case "name" -> Order.NAME;
            case "sizeBytes" -> Order.SIZE;
            case "createdAt" -> Order.CREATED;
            default -> throw noSuchSort();
        };
    }

    private static boolean ascending(String direction) {
        return switch (direction) {
            case "asc" -> true;
            case "desc" -> false;
            default -> throw noSuchSort();
        };
    }

    private static RuntimeException noSuchSort() {
        return Problems.parameter(
                "sort",
                "Volumes cannot be sorted in this way.",
                "Use name, sizeBytes or createdAt, and optionally ,asc or ,desc.");
    }
}

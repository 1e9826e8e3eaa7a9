package dev.weir.db;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which volumes to list, and how.
 *
 * @param poolId only those of this pool; null for all
 * @param page number of the page, from 0
 * @param pageSize rows in a page, at least 1
 */
public record VolumeQuery(
        @Nullable UUID poolId, Order order, boolean ascending, int page, int pageSize) {

    /** What to sort by; equal ones are sorted by name. */
    public enum Order {
        NAME("name"),
        SIZE("sizeBytes"),
        CREATED("createdAt");

        final String property;

        Order(String property) {
            this.property = property;
        }
    }
}

package dev.weir.db;

import java.time.Instant;

/**
 * Something that happened.
 *
 * @param id rises with time
 * @param subject the resource it happened to, such as {@code volumes/db01}
 */
public record EventRow(long id, Instant occurredAt, String kind, String subject, String message) {}
